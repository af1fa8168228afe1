"""Artifacts as KFP hands them over, and as TFX executors know them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubeflow.container.local_paths import empty, local, remove_markers
from newsdesk.published.in_service import ABSENT


@dataclass
class Task:
    """What KFP asks a container to do.

    Attributes:
        inputs: TFX artifacts by name; of an absent one the list is empty.
        outputs: TFX artifacts by name, on paths of this machine.
        properties: the parameters of the task.
        views: the outputs that only KFP's own pages read, once `show` has given them.
        parameters: the output parameters, which conditions of other tasks read.
        output_file: where the launcher looks for what the task says.
    """

    inputs: dict[str, list[Any]]
    outputs: dict[str, list[Any]]
    properties: dict[str, Any]
    output_file: Path
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def show(self, name: str, **metadata: Any) -> None:
        """Gives a view its values.

        Args:
            name: of the output.
            metadata: what the view's type defines.
        """
        self.views[name] = metadata

    def write(self) -> None:
        """Writes what the launcher records of the outputs."""
        from google.protobuf import json_format
        from kfp.pipeline_spec import pipeline_spec_pb2
        from tfx.orchestration.kubeflow.v2.container import (
            kubeflow_v2_entrypoint_utils as utils,
        )
        from tfx.orchestration.portable import outputs_utils

        answer = pipeline_spec_pb2.ExecutorOutput()
        # Later nodes tell by it where in an artifact its files lie.
        outputs_utils.tag_output_artifacts_with_version(self.outputs)
        told = utils.translate_executor_output(self.outputs, self.names)
        for name, found in told.items():
            # The launcher uploads nothing of an empty one, and may miss what is not.
            Path(self.outputs[name][0].uri).mkdir(parents=True, exist_ok=True)
            found.artifacts[0].uri = self.addresses[name]
            answer.artifacts[name].CopyFrom(found)
        for name, metadata in self.views.items():
            one = answer.artifacts[name].artifacts.add(
                name=name, uri=self.addresses[name]
            )
            one.metadata.update(metadata)
        for name, value in self.parameters.items():
            answer.parameter_values[name].string_value = value
        self.output_file.parent.mkdir(parents=True, exist_ok=True)
        aside = self.output_file.with_name(self.output_file.name + ".partial")
        aside.write_text(json_format.MessageToJson(answer), encoding="utf-8")
        aside.rename(self.output_file)


def read(text: str, told: Mapping[str, Any]) -> Task:
    """Reads what the launcher passes in place of `{{$}}`.

    Args:
        text: an `ExecutorInput` of KFP's pipeline spec as JSON.
        told: what compiling wrote down: `inputs` and `outputs`, the class path of
            each artifact by its name, and `integers`, the parameters that are whole
            numbers, which JSON does not tell from others.

    Returns:
        The task; its outputs are empty, whatever a killed attempt left. Of outputs that
        are not `told` nothing is removed: the launcher writes its log into one.

    Raises:
        ConfigError: an artifact lies where the launcher puts nothing.
    """
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2
    from tfx.orchestration.kubeflow.v2.container import (
        kubeflow_v2_entrypoint_utils as utils,
    )

    asked = pipeline_spec_pb2.ExecutorInput()
    json_format.Parse(text, asked, ignore_unknown_fields=True)
    names: dict[int, str] = {}
    given, made, addresses = {}, {}, {}
    for name, found in asked.inputs.artifacts.items():
        present = [one for one in found.artifacts if ABSENT not in one.metadata]
        for one in present:
            one.uri = str(local(one.uri))
            remove_markers(Path(one.uri))
        given[name] = _typed(present, told["inputs"][name])
    for name, found in asked.outputs.artifacts.items():
        one = found.artifacts[0]
        addresses[name] = one.uri
        if name in told["outputs"]:
            folder = local(one.uri)
            empty(folder)
            one.uri = str(folder)
            made[name] = _typed([one], told["outputs"][name])
    output_file = Path(asked.outputs.output_file)
    # A killed attempt may have come as far as to say that it was done.
    output_file.unlink(missing_ok=True)
    return Task(
        inputs=utils.parse_raw_artifact_dict(given, names),
        outputs=utils.parse_raw_artifact_dict(made, names),
        properties=_properties(asked, told["integers"]),
        output_file=output_file,
        names=names,
        addresses=addresses,
    )


def _typed(artifacts: list[Any], class_path: str) -> Any:
    """Gives artifacts the type that KFP has forgotten."""
    from kfp.pipeline_spec import pipeline_spec_pb2

    for one in artifacts:
        one.type.Clear()
        one.type.schema_title = class_path
    return pipeline_spec_pb2.ArtifactList(artifacts=artifacts)


def _properties(asked: Any, integers: list[str]) -> dict[str, Any]:
    values = {
        name: getattr(value, kind)
        for name, value in asked.inputs.parameter_values.items()
        # An optional parameter that was not given, and has no default.
        if (kind := value.WhichOneof("kind")) != "null_value"
    }
    whole = (name for name in integers if name in values and values[name] % 1 == 0)
    return values | {name: int(values[name]) for name in whole}
