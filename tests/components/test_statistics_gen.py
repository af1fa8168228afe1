"""StatisticsGen in one process gives the statistics that Beam gives."""

from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.statistics_gen import Executor

pytestmark = pytest.mark.slow

SCHEMA = """
feature { name: "text" type: BYTES presence { min_fraction: 1 } shape { } }
feature { name: "label" type: INT presence { min_fraction: 1 } shape { } }
"""
ROWS = {
    "train": [("oil falls", 0), ("cup final", 1), ("oil falls", 0), ("", 1)],
    "eval": [("gas up", 2)],
    # A split may be empty.
    "test": [],
}
IN_ONE_PROCESS = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"


def _example(text: str, label: int) -> bytes:
    feature = {
        "text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return bytes(example.SerializeToString())


def _computed(folder: Path, *beam_args: str) -> tuple[Any, dict[str, Any]]:
    examples = standard_artifacts.Examples()
    examples.uri, examples.span = str(folder / "examples"), 7
    examples.split_names = artifact_utils.encode_split_names(list(ROWS))
    for split, rows in ROWS.items():
        target = folder / "examples" / f"Split-{split}"
        target.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(target / "data.gz"), "GZIP") as writer:
            for row in rows:
                writer.write(_example(*row))
    schema = standard_artifacts.Schema()
    schema.uri = str(folder / "schema")
    (folder / "schema").mkdir()
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA)
    written = standard_artifacts.ExampleStatistics()
    written.uri = str(folder / "statistics")
    context = Executor.Context(beam_pipeline_args=list(beam_args))
    Executor(context).Do(
        {"examples": [examples], "schema": [schema]}, {"statistics": [written]}, {}
    )
    found = {
        split: tfdv.load_stats_binary(
            str(folder / "statistics" / f"Split-{split}" / "FeatureStats.pb")
        )
        for split in ROWS
    }
    return written, found


def test_statistics_are_those_of_beam(tmp_path: Path) -> None:
    here, found = _computed(tmp_path / "here", IN_ONE_PROCESS)
    by_beam, expected = _computed(
        tmp_path / "beam", "--runner=DirectRunner", "--direct_running_mode=in_memory"
    )

    assert here.split_names == by_beam.split_names
    assert here.span == by_beam.span == 7
    for split in ROWS:
        assert _sorted(found[split]) == _sorted(expected[split]), split


def _sorted(statistics: Any) -> list[str]:
    """Returns the number of rows, and the statistics of each column as text."""
    (dataset,) = statistics.datasets
    features = sorted(dataset.features, key=lambda feature: str(feature.path))
    return [
        str(dataset.num_examples),
        *(text_format.MessageToString(feature) for feature in features),
    ]


def test_anomalies_are_found(tmp_path: Path) -> None:
    _, found = _computed(tmp_path, IN_ONE_PROCESS)
    schema = text_format.Parse(
        SCHEMA + 'string_domain { name: "d" value: "oil falls" }', schema_pb2.Schema()
    )
    schema.feature[0].domain = "d"
    anomalies = tfdv.validate_statistics(found["train"], schema)
    assert list(anomalies.anomaly_info) == ["text"]
