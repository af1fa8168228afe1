"""Describes one node of the graph as a task of Kubeflow Pipelines."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from kubeflow import parameters
from kubeflow.compile.quantities import cores, gigabytes
from kubeflow.container import artifacts, result_pages, retries
from kubeflow.container.result_pages import VIEWS
from kubeflow.files import placeholders
from newsdesk.config.beam import DIRECT, Beam
from newsdesk.config.cluster import Node
from newsdesk.config.environment import CHECKPOINTS_VARIABLE
from newsdesk.config.sections import Config
from newsdesk.nodes import NODES, Cache
from pipeline.beam import beam_args

COMMAND = ["python", "-m", "kubeflow.entrypoint"]
# Types that KFP's pages display specially; all others become system.Artifact.
_SCHEMAS = {"Examples": "system.Dataset", "Model": "system.Model"}
# An empty list hides the GPUs from CUDA; `void` hides the driver from the container.
_NO_GPUS = {"CUDA_VISIBLE_DEVICES": "", "NVIDIA_VISIBLE_DEVICES": "void"}
# KFP runs no driver of TFX, which would resolve the span; the entry point finds both.
_FOUND_LATER = ("input_base", "input_config")
_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_COMPONENT = "comp-"


def kebab(node: str) -> str:
    """Converts the id of a node to the name that KFP's own compiler would give.

    Args:
        node: the id of a node, such as TextExampleGen.

    Returns:
        The name of its task, such as text-example-gen.
    """
    return _WORD.sub("-", node).lower()


def node_of(component: str) -> str:
    """Converts the name of a component or task to the id of its node.

    Args:
        component: the name, such as comp-text-example-gen or text-example-gen.

    Returns:
        The id of the node, such as TextExampleGen.
    """
    words = component.removeprefix(_COMPONENT).split("-")
    return "".join(word.capitalize() for word in words)


def default(
    parameter: parameters.Parameter, config: Config, sent: Callable[[str], str]
) -> Any:
    """Gives the default value of a parameter.

    Args:
        parameter: one of `parameters.PARAMETERS`.
        config: the whole configuration.
        sent: from `delivery.sent`.

    Returns:
        The value of the configuration, with paths replaced for containers.
    """
    value = parameter.default(config)
    return sent(value) if isinstance(value, str) else value


def variables(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """Converts environment variables to the form of a compiled pipeline."""
    return [
        {"name": name, "value": value} for name, value in sorted(environment.items())
    ]


class Task:
    """Builds the parts of a compiled pipeline for one node."""

    def __init__(
        self,
        node: Any,
        compiled: dict[str, Any],
        config: Config,
        sent: Callable[[str], str],
    ) -> None:
        """Finds the parts of the node in what TFX has compiled.

        Args:
            node: a component of the graph.
            compiled: the pipeline spec of TFX.
            config: the whole configuration.
            sent: from `delivery.sent`.
        """
        self._node = node
        self._config = config
        self._sent = sent
        self._component = compiled["components"][node.id]
        self._task = compiled["root"]["dag"]["tasks"][node.id]
        self._settings: Node = config.kubeflow.node(node.id)
        self._given = parameters.of(node.id)
        self.name = kebab(node.id)
        self.component_name = _COMPONENT + self.name
        self.executor_name = f"exec-{self.name}"

    def component(self) -> dict[str, Any]:
        """Describes the inputs and outputs."""
        inputs = self._component.get("inputDefinitions", {})
        declared = {
            name: parameter
            for name, parameter in inputs.get("parameters", {}).items()
            if name not in _FOUND_LATER
        }
        for name in self._given:
            declared[name] = {"parameterType": parameters.PARAMETERS[name].kind}
        if self._node.id in parameters.KNOW_THE_RUN:
            declared[parameters.RUN_ID] = {"parameterType": "STRING"}
        outputs = self._types(self._node.outputs) | VIEWS.get(self._node.id, {})
        described: dict[str, Any] = {
            "executorLabel": self.executor_name,
            "inputDefinitions": {"parameters": declared},
            "outputDefinitions": {"artifacts": _artifacts(outputs)},
        }
        if self._node.inputs:
            artifacts = _artifacts(self._types(self._node.inputs))
            described["inputDefinitions"]["artifacts"] = artifacts
        return described

    def executor(self) -> dict[str, Any]:
        """Describes the container."""
        container = {
            "image": self._config.kubeflow.image,
            "command": COMMAND,
            "args": self._args(),
            "env": variables(self._environment()),
            "resources": self._resources(),
        }
        return {"container": container}

    def task(self) -> dict[str, Any]:
        """Describes where the inputs come from, and how often Argo tries the node."""
        settings = self._settings
        is_cached = settings.cache and NODES[self._node.id].cache is Cache.ANYWHERE
        # A copy, because the lines below change it and TFX's result is shared.
        inputs = json.loads(json.dumps(self._task.get("inputs", {})))
        constants = {
            name: _changed(name, value, self._sent)
            for name, value in inputs.get("parameters", {}).items()
            if name not in _FOUND_LATER
        }
        for name in self._given:
            constants[name] = {"componentInputParameter": name}
        if self._node.id in parameters.KNOW_THE_RUN:
            constants[parameters.RUN_ID] = parameters.run_id()
        inputs["parameters"] = constants
        for artifact in inputs.get("artifacts", {}).values():
            source = artifact["taskOutputArtifact"]
            source["producerTask"] = kebab(source["producerTask"])
        described = {
            "taskInfo": {"name": self.name},
            "componentRef": {"name": self.component_name},
            "inputs": inputs,
            "cachingOptions": {"enableCache": True} if is_cached else {},
            "retryPolicy": retries.policy(self._node.id, settings),
        }
        if before := self._task.get("dependentTasks"):
            described["dependentTasks"] = sorted(kebab(name) for name in before)
        return described

    def _types(self, channels: dict[str, Any]) -> dict[str, str]:
        return {
            name: _SCHEMAS.get(channel.type.__name__, "system.Artifact")
            for name, channel in channels.items()
        }

    def _args(self) -> list[str]:
        executor = self._node.executor_spec.executor_class
        # What only the compiling machine knows of the node.
        facts: dict[str, Any] = {
            "inputs": _class_paths(self._node.inputs),
            "outputs": _class_paths(self._node.outputs),
            "destination": self._config.serving,
            "pauses": self._settings.pauses,
        }
        # Only where needed: a workflow contains each value a dozen times.
        if integers := self._integers():
            facts["integers"] = integers
        if self._given:
            facts["submitted"] = {
                name: default(parameters.PARAMETERS[name], self._config, self._sent)
                for name in self._given
            }
        if self._node.id in result_pages.NEED_LABELS:
            facts["labels"] = self._config.data.labels
        fails = self._config.kubeflow.fail_when_not_pushed
        if fails and self._node.id in parameters.KNOW_THE_RUN:
            facts["fail_when_not_pushed"] = True
        if self._config.output.notify and NODES[self._node.id].may_refuse:
            facts["has_last_task"] = True
        if self._has_beam and self._beam.is_remote:
            facts["remote"] = True
        if self._config.kubeflow.schedule:
            facts["schedule"] = self._config.kubeflow.schedule.model_dump(mode="json")
        return [
            *("--node", self._node.id),
            *("--executor", f"{executor.__module__}.{executor.__qualname__}"),
            *("--told", json.dumps(facts, sort_keys=True)),
            *("--input", "{{$}}"),
            *(beam_args(self._beam) if self._has_beam else ()),
        ]

    @property
    def _beam(self) -> Beam:
        """The runner of this node, in its pod if other pods cannot see its files."""
        beam = self._config.beam
        # tf.Transform learns them, and its workers need a folder that all share.
        learns_pieces = self._config.text.tokenizer == "pieces"
        is_local = not NODES[self._node.id].of_workers or (
            self._node.id == "Transform" and learns_pieces
        )
        return Beam(runner=DIRECT) if beam.is_remote and is_local else beam

    @property
    def _has_beam(self) -> bool:
        from tfx.dsl.components.base import executor_spec

        return isinstance(self._node.executor_spec, executor_spec.BeamExecutorSpec)

    def _integers(self) -> list[str]:
        declared = self.component()["inputDefinitions"]["parameters"]
        return sorted(
            name
            for name, parameter in declared.items()
            if parameter["parameterType"] == "NUMBER_INTEGER"
        )

    def _environment(self) -> dict[str, str]:
        environment = dict(self._settings.environment)
        if not self._settings.gpus:
            environment |= _NO_GPUS
        keeps = self._node.id in ("Trainer", "Tuner")
        if keeps and self._config.output.checkpoints:
            environment[CHECKPOINTS_VARIABLE] = self._config.output.checkpoints
        return environment

    def _resources(self) -> dict[str, Any]:
        settings = self._settings
        resources: dict[str, Any] = {
            "cpuRequest": cores(settings.cpu),
            "cpuLimit": cores(settings.cpu_limit or settings.cpu),
            "memoryRequest": gigabytes(settings.memory),
            "memoryLimit": gigabytes(settings.memory_limit or settings.memory),
        }
        if settings.gpus:
            resources["accelerator"] = {
                "type": settings.gpu_type,
                "count": str(settings.gpus),
            }
        return resources


def _changed(name: str, value: Any, sent: Callable[[str], str]) -> Any:
    """An input with paths of files replaced for containers."""
    constant = value.get("runtimeValue", {}).get("constant")
    if not isinstance(constant, str):
        return value
    return {"runtimeValue": {"constant": placeholders.change(constant, sent, name)}}


def _artifacts(types: dict[str, str]) -> dict[str, Any]:
    return {
        name: {"artifactType": {"schemaTitle": title, "schemaVersion": "0.0.1"}}
        for name, title in types.items()
    }


def _class_paths(channels: dict[str, Any]) -> dict[str, str]:
    return {
        name: artifacts.short(f"{channel.type.__module__}.{channel.type.__qualname__}")
        for name, channel in channels.items()
    }
