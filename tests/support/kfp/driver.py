"""What KFP's driver resolves for a task, and what its launcher keeps of the outputs.

Written after kubeflow/pipelines 2.17.0, backend/src/v2/driver (container.go) and
component/launcher_v2.go.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.kfp import argo_dag

_RUN_ID = "{{$.pipeline_job_uuid}}"
Artifacts = dict[str, dict[str, Any]]


@dataclass(kw_only=True)
class Driver(ABC):
    """One run of a compiled pipeline; subclasses start the containers.

    Attributes:
        spec: the pipeline spec.
        run_id: the id of the run.
        outputs: artifacts of the tasks that have ended, by task and output.
    said: output parameters of the tasks that have ended, by task and name.
    final_status: JSON of how the graph ended, for the last task.
    """

    spec: Mapping[str, Any]
    run_id: str
    outputs: dict[str, Artifacts] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    final_status: str = "{}"

    @abstractmethod
    def address(self, task: str, output: str) -> str:
        """Returns the address of an output."""

    @abstractmethod
    def output_file(self, task: str) -> str:
        """Returns the path, seen from the container, of what it reports."""

    @property
    def tasks(self) -> Mapping[str, Any]:
        """The tasks of the pipeline, by name."""
        found: Mapping[str, Any] = self.spec["root"]["dag"]["tasks"]
        return found

    @property
    def order(self) -> list[str]:
        """The names of the tasks, each after the tasks that it depends on."""
        ordered: list[str] = []
        while len(ordered) < len(self.tasks):
            ready = sorted(
                name
                for name, task in self.tasks.items()
                if name not in ordered
                and set(task.get("dependentTasks", ())) <= set(ordered)
            )
            assert ready, f"some tasks of {sorted(self.tasks)} wait for each other"
            ordered += ready
        return ordered

    def is_met(self, task: str) -> bool:
        """Returns whether the condition of a task lets it run."""
        return argo_dag.is_met(self.tasks[task], self._value)

    def container(self, task: str) -> dict[str, Any]:
        """Returns the container of a task, as it was compiled."""
        executor = self._component(task)["executorLabel"]
        found: dict[str, Any] = self.spec["deploymentSpec"]["executors"][executor][
            "container"
        ]
        return found

    def command(self, task: str, executor_input: Mapping[str, Any]) -> list[str]:
        """Returns the command line of a task, with its executor input filled in."""
        container = self.container(task)
        # In the words of a command, the id of the run is not replaced.
        words = [*container["command"], *container["args"]]
        values = {"{{$}}": json.dumps(executor_input)}
        for name, value in executor_input["inputs"]["parameterValues"].items():
            values[f"{{{{$.inputs.parameters['{name}']}}}}"] = str(value)
        for name, one in executor_input["outputs"]["artifacts"].items():
            path = self.path(one["artifacts"][0]["uri"])
            values[f"{{{{$.outputs.artifacts['{name}'].path}}}}"] = path
        return [_filled(word, values) for word in words]

    def path(self, address: str) -> str:
        """Returns the path of an artifact in the container."""
        return address

    def executor_input(
        self, task: str, parameters: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Resolves the inputs of a task, and gives its outputs their addresses.

        Args:
            task: its name.
            parameters: arguments of the run; others have their defaults.

        Returns:
            The executor input.
        """
        inputs = self.tasks[task].get("inputs", {})
        values = {
            key: self._value(one, parameters)
            for key, one in inputs.get("parameters", {}).items()
        }
        given = {}
        for key, one in inputs.get("artifacts", {}).items():
            source = one["taskOutputArtifact"]
            made = self.outputs[source["producerTask"]]
            given[key] = made[source["outputArtifactKey"]]
        component = self._component(task)
        declared = component.get("outputDefinitions", {}).get("artifacts", {})
        outputs = {
            key: {"artifacts": [self._new(task, key, one)]}
            for key, one in declared.items()
        }
        return {
            "inputs": {"parameterValues": values, "artifacts": given},
            "outputs": {"artifacts": outputs, "outputFile": self.output_file(task)},
        }

    def keep(
        self, task: str, executor_input: Mapping[str, Any], report: Mapping[str, Any]
    ) -> None:
        """Keeps what a container reports of its outputs, for the next tasks.

        An artifact keeps its name and type, whatever the container writes there.

        Args:
            task: its name.
            executor_input: that the container had.
            report: the content of its output file.
        """
        self.said[task] = report.get("parameterValues", {})
        self.outputs[task] = {}
        for key, one in executor_input["outputs"]["artifacts"].items():
            (artifact,) = one["artifacts"]
            said = report.get("artifacts", {}).get(key, {"artifacts": [{}]})
            changed = said["artifacts"][0]
            kept = {
                **artifact,
                "uri": changed.get("uri") or artifact["uri"],
                "metadata": changed.get("metadata", {}),
            }
            self.outputs[task][key] = {"artifacts": [kept]}

    def _component(self, task: str) -> dict[str, Any]:
        name = self.tasks[task]["componentRef"]["name"]
        found: dict[str, Any] = self.spec["components"][name]
        return found

    def _new(self, task: str, key: str, declared: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "name": key,
            "type": declared["artifactType"],
            "uri": self.address(task, key),
            "metadata": {},
        }

    def _value(
        self,
        parameter: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
    ) -> Any:
        if name := parameter.get("componentInputParameter"):
            declared = self.spec["root"]["inputDefinitions"]["parameters"]
            return (parameters or {}).get(name, declared[name]["defaultValue"])
        if source := parameter.get("taskOutputParameter"):
            made = self.said[source["producerTask"]]
            return made[source["outputParameterKey"]]
        if "taskFinalStatus" in parameter:
            return self.final_status
        constant = parameter["runtimeValue"]["constant"]
        return self.run_id if constant == _RUN_ID else constant


def _filled(word: str, values: Mapping[str, str]) -> str:
    for placeholder, value in values.items():
        word = word.replace(placeholder, value)
    return word
