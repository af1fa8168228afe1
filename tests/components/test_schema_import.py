"""The imported schema is the reviewed schema with missing slice columns added."""

from pathlib import Path

import pytest
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import standard_artifacts

from components.schema_import import Executor, ImportSchemaGen

pytestmark = pytest.mark.slow

REVIEWED = """# reviewed by a person
feature { name: "text" type: BYTES presence { min_fraction: 1.0 } shape { } }
feature { name: "source" type: BYTES domain: "sources" }
string_domain { name: "sources" value: "wire" }
"""


def _imported(folder: Path, *slice_columns: str) -> str:
    (folder / "reviewed.pbtxt").write_text(REVIEWED)
    node = ImportSchemaGen(str(folder / "reviewed.pbtxt"), list(slice_columns), "x")
    written = standard_artifacts.Schema()
    written.uri = str(folder / "schema")
    Executor().Do({}, {"schema": [written]}, dict(node.exec_properties))
    return (folder / "schema" / "schema.pbtxt").read_text()


def test_a_schema_that_describes_every_column_is_copied(tmp_path: Path) -> None:
    assert _imported(tmp_path, "source") == REVIEWED


def test_a_slice_column_is_added_as_a_string(tmp_path: Path) -> None:
    text = _imported(tmp_path, "source", "Länder")
    schema = text_format.Parse(text, schema_pb2.Schema())
    assert [feature.name for feature in schema.feature] == ["text", "source", "Länder"]
    assert schema.feature[1].domain == "sources"
    values = {"text": ["a"], "source": ["wire"], "Länder": [""]}
    assert _anomalies(schema, values) == {}
    assert set(_anomalies(schema, values | {"new": ["x"]})) == {"new"}
    assert set(_anomalies(schema, values | {"Länder": [7]})) == {"Länder"}


def _anomalies(schema: schema_pb2.Schema, values: dict[str, list[object]]) -> object:
    import pandas as pd

    options = tfdv.StatsOptions(schema=schema)
    made = tfdv.generate_statistics_from_dataframe(pd.DataFrame(values), options)
    return dict(tfdv.validate_statistics(made, schema).anomaly_info)
