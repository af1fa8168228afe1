"""Converts between the artifacts of KFP's launcher and those of TFX executors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubeflow.container.local_paths import empty, local, remove_markers
from newsdesk import atomic
from newsdesk.published.in_service import ABSENT

# The module of most types; a class path without a module means it.
_STANDARD = "tfx.types.standard_artifacts."


def short(class_path: str) -> str:
    """Shortens the class path of a type: workflows contain each a dozen times.

    Args:
        class_path: the module and the name of a class.

    Returns:
        The name alone for a class of TFX's standard artifacts.
    """
    return class_path.removeprefix(_STANDARD)


@dataclass
class Task:
    """The work that KFP gives to a container, and its results.

    Attributes:
        inputs: TFX artifacts by name; the list of an absent artifact is empty.
        outputs: TFX artifacts by name, with paths of this machine.
        properties: the parameters of the task.
        output_file: the file from which the launcher reads the results.
        views: the metadata of outputs that only KFP's own pages read; see `show`.
        parameters: the output parameters, which conditions of other tasks read.
        names: the full names of artifacts in KFP, by their ids in TFX.
        addresses: the address of each output in the store, by name.
        sources: the addresses of the artifacts of each input in the store, by name.
    """

    inputs: dict[str, list[Any]]
    outputs: dict[str, list[Any]]
    properties: dict[str, Any]
    output_file: Path
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    sources: dict[str, list[str]] = field(default_factory=dict)

    def show(self, name: str, **metadata: Any) -> None:
        """Sets the metadata of an output that KFP's pages show.

        Args:
            name: the name of the output.
            metadata: the fields that the type of the output defines.
        """
        self.views[name] = metadata

    def write(self) -> None:
        """Writes the results to the file that the launcher reads."""
        from google.protobuf import json_format
        from kfp.pipeline_spec import pipeline_spec_pb2
        from tfx.orchestration.kubeflow.v2.container import (
            kubeflow_v2_entrypoint_utils as utils,
        )
        from tfx.orchestration.portable import outputs_utils

        result = pipeline_spec_pb2.ExecutorOutput()
        # Later nodes read from the tag where in an artifact its files are.
        outputs_utils.tag_output_artifacts_with_version(self.outputs)
        written = utils.translate_executor_output(self.outputs, self.names)
        for name, found in written.items():
            # The launcher uploads nothing from an empty folder, but may fail if the
            # folder is missing.
            Path(self.outputs[name][0].uri).mkdir(parents=True, exist_ok=True)
            found.artifacts[0].uri = self.addresses[name]
            result.artifacts[name].CopyFrom(found)
        for name, metadata in self.views.items():
            view = result.artifacts[name].artifacts.add(
                name=name, uri=self.addresses[name]
            )
            view.metadata.update(metadata)
        for name, value in self.parameters.items():
            result.parameter_values[name].string_value = value
        self.output_file.parent.mkdir(parents=True, exist_ok=True)
        # The launcher reads whatever is there, so the file must be complete or missing.
        atomic.write_text(self.output_file, json_format.MessageToJson(result))


def read(text: str, facts: Mapping[str, Any]) -> Task:
    """Reads the task that the launcher passes in place of `{{$}}`.

    Args:
        text: an `ExecutorInput` of KFP's pipeline spec as JSON.
        facts: the argument --told. `inputs` and `outputs` are the class paths of the
            artifacts by name; `integers` are the names of parameters that are whole
            numbers, because KFP passes every number as a float.

    Returns:
        The task. Its outputs are empty: what a killed attempt left is removed. Outputs
        that are not in `facts` are kept, because the launcher writes its log into one.

    Raises:
        ConfigError: the address of an artifact is not below a root of the launcher.
    """
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2
    from tfx.orchestration.kubeflow.v2.container import (
        kubeflow_v2_entrypoint_utils as utils,
    )

    given = pipeline_spec_pb2.ExecutorInput()
    json_format.Parse(text, given, ignore_unknown_fields=True)
    names: dict[int, str] = {}
    inputs, outputs, addresses, sources = {}, {}, {}, {}
    for name, found in given.inputs.artifacts.items():
        present = [each for each in found.artifacts if ABSENT not in each.metadata]
        sources[name] = [each.uri for each in present]
        for artifact in present:
            artifact.uri = str(local(artifact.uri))
            remove_markers(Path(artifact.uri))
        inputs[name] = _typed(present, facts["inputs"][name])
    for name, found in given.outputs.artifacts.items():
        artifact = found.artifacts[0]
        addresses[name] = artifact.uri
        if name in facts["outputs"]:
            folder = local(artifact.uri)
            empty(folder)
            artifact.uri = str(folder)
            outputs[name] = _typed([artifact], facts["outputs"][name])
    output_file = Path(given.outputs.output_file)
    # A killed attempt may have written its results before it was killed.
    output_file.unlink(missing_ok=True)
    return Task(
        inputs=utils.parse_raw_artifact_dict(inputs, names),
        outputs=utils.parse_raw_artifact_dict(outputs, names),
        properties=_properties(given, facts.get("integers", [])),
        output_file=output_file,
        names=names,
        addresses=addresses,
        sources=sources,
    )


def _typed(artifacts: list[Any], class_path: str) -> Any:
    """Sets the TFX type of artifacts, which KFP does not keep."""
    from kfp.pipeline_spec import pipeline_spec_pb2

    for artifact in artifacts:
        artifact.type.Clear()
        is_short = "." not in class_path
        artifact.type.schema_title = f"{_STANDARD if is_short else ''}{class_path}"
    return pipeline_spec_pb2.ArtifactList(artifacts=artifacts)


def _properties(given: Any, integers: list[str]) -> dict[str, Any]:
    values = {
        name: getattr(value, kind)
        for name, value in given.inputs.parameter_values.items()
        # Null is an optional parameter without a value and without a default.
        if (kind := value.WhichOneof("kind")) != "null_value"
    }
    whole = (name for name in integers if name in values and values[name] % 1 == 0)
    return values | {name: int(values[name]) for name in whole}
