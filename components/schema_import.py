"""The node that imports the reviewed schema and adds missing slice columns to it.

The configuration declares slice columns, and TextExampleGen writes a string for each
into every example. Without them in the schema, every run would stop at the gate, and
the Evaluator, which reads only features of the schema, would find no slice.
"""

import json
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx import types
from tfx.components.schema_gen.executor import DEFAULT_FILE_NAME
from tfx.components.schema_gen.import_schema_gen import component, executor
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts


class ImportSchemaGenSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "schema_file": component_spec.ExecutionParameter(type=str),
        "slice_columns": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {
        "schema": component_spec.ChannelParameter(type=standard_artifacts.Schema)
    }


class Executor(executor.Executor):
    """Runs TFX's executor, and then adds the features of slice columns."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides Executor.Do.

        Args:
            input_dict: nothing.
            output_dict: `schema`, the folder to write `schema.pbtxt` into.
            exec_properties: the parameters of `ImportSchemaGen`.
        """
        super().Do(input_dict, output_dict, exec_properties)
        columns = json.loads(exec_properties["slice_columns"])
        written = artifact_utils.get_single_uri(output_dict["schema"])
        _extend(Path(written, DEFAULT_FILE_NAME), columns)


class ImportSchemaGen(component.ImportSchemaGen):
    """TFX's ImportSchemaGen, whose output `schema` contains every slice column."""

    SPEC_CLASS = ImportSchemaGenSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self, schema_file: str, slice_columns: list[str], fingerprint: str
    ) -> None:
        """Declares the node.

        Args:
            schema_file: the reviewed schema.
            slice_columns: columns whose values are strings in the examples.
            fingerprint: a digest of the schema and of the code that this node runs.
        """
        spec = ImportSchemaGenSpec(
            schema_file=schema_file,
            slice_columns=json.dumps(slice_columns),
            fingerprint=fingerprint,
            schema=types.Channel(type=standard_artifacts.Schema),
        )
        # TFX's own __init__ would build a spec without slice columns.
        base_component.BaseComponent.__init__(self, spec=spec)


def _extend(file: Path, columns: list[str]) -> None:
    """Adds a string feature for every column that the schema does not describe."""
    schema = text_format.Parse(file.read_text(encoding="utf-8"), schema_pb2.Schema())
    described = {feature.name for feature in schema.feature}
    missing = [column for column in columns if column not in described]
    if not missing:
        return
    for column in missing:
        schema.feature.add(name=column, type=schema_pb2.BYTES)
    file.write_text(text_format.MessageToString(schema, as_utf8=True), encoding="utf-8")
