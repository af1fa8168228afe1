"""Runs a compiled pipeline as Kubeflow Pipelines would: drivers, launchers, containers.

A stand-in for a cluster. What a driver resolves and what a launcher passes follow
kubeflow/pipelines, backend/src/v2 (driver.go, launcher_v2.go).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# Runs a command in a container of an image; gives the exit code.
Container = Callable[[str, list[str], dict[str, str]], int]
# It is replaced only if it is the whole value of a parameter.
_RUN_ID = "{{$.pipeline_job_uuid}}"


class TaskFailed(Exception):
    """A container exited with a code other than 0."""


@dataclass
class Cluster:
    """One run of a compiled pipeline.

    Attributes:
        spec: the pipeline spec.
        root: the address of the artifacts, a path or a URI.
        container: runs the commands.
        scratch: the folder of the output files, as containers see it.
        run: the run's id.
        outputs: the artifacts of the tasks that have ended.
        said: the output parameters of these tasks.
    """

    spec: Mapping[str, Any]
    root: str
    container: Container
    scratch: Path
    run: str = "run-1"
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, **more: Any) -> "Cluster":
        """Creates a run from the first document of a compiled pipeline."""
        return cls(next(iter(yaml.safe_load_all(text))), **more)

    def tasks(self) -> Iterator[str]:
        """Lists the tasks in an order in which they can run."""
        waiting = dict(self.spec["root"]["dag"]["tasks"])
        while waiting:
            ready = sorted(
                name
                for name, task in waiting.items()
                if not waiting.keys() & set(task.get("dependentTasks", ()))
            )
            yield from ready
            for name in ready:
                del waiting[name]

    def start(self, **parameters: Any) -> None:
        """Runs every task."""
        for name in self.tasks():
            self.launch(name, parameters)

    def launch(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Runs one task, and records its outputs."""
        asked = self._executor_input(name, parameters)
        output_file = self.output_file(name)
        output_file.unlink(missing_ok=True)
        image, command, environment = self.command(name, asked)
        if code := self.container(image, command, environment):
            raise TaskFailed(f"{name} ended with {code}")
        answer = json.loads(output_file.read_text())
        results = answer.get("artifacts", {})
        self.said[name] = answer.get("parameterValues", {})
        self.outputs[name] = {
            output: {
                "artifacts": [{**given["artifacts"][0], **_first(results, output)}]
            }
            for output, given in asked["outputs"]["artifacts"].items()
        }

    def command(
        self, name: str, asked: Mapping[str, Any]
    ) -> tuple[str, list[str], dict[str, str]]:
        """Gives the image, the complete command and the environment of a task."""
        component = self._component(name)
        executors = self.spec["deploymentSpec"]["executors"]
        container = executors[component["executorLabel"]]["container"]
        words = [
            json.dumps(asked) if word == "{{$}}" else word for word in container["args"]
        ]
        environment = {one["name"]: one["value"] for one in container.get("env", ())}
        return container["image"], [*container["command"], *words], environment

    def output_file(self, name: str) -> Path:
        """Gives the file from which the launcher reads the results of a task."""
        return self.scratch / name / "executor_output.json"

    def address(self, name: str, output: str) -> str:
        """Gives the address of an output."""
        return f"{self.root}/{self.run}/{name}/{output}"

    def _component(self, name: str) -> dict[str, Any]:
        task = self.spec["root"]["dag"]["tasks"][name]
        found: dict[str, Any] = self.spec["components"][task["componentRef"]["name"]]
        return found

    def _executor_input(
        self, name: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        inputs = self.spec["root"]["dag"]["tasks"][name]["inputs"]
        declared = self.spec["root"]["inputDefinitions"]["parameters"]
        values = {}
        for key, one in inputs.get("parameters", {}).items():
            if "componentInputParameter" in one:
                of = one["componentInputParameter"]
                values[key] = parameters.get(of, declared[of]["defaultValue"])
            elif source := one.get("taskOutputParameter"):
                made = self.said[source["producerTask"]]
                values[key] = made[source["outputParameterKey"]]
            else:
                constant = one["runtimeValue"]["constant"]
                values[key] = self.run if constant == _RUN_ID else constant
        artifacts = {}
        for key, one in inputs.get("artifacts", {}).items():
            source = one["taskOutputArtifact"]
            made = self.outputs[source["producerTask"]]
            artifacts[key] = made[source["outputArtifactKey"]]
        outputs = self._component(name)["outputDefinitions"]["artifacts"]
        return {
            "inputs": {"parameterValues": values, "artifacts": artifacts},
            "outputs": {
                "artifacts": {
                    output: {
                        "artifacts": [
                            {
                                "name": output,
                                "type": one["artifactType"],
                                "uri": self.address(name, output),
                                "metadata": {},
                            }
                        ]
                    }
                    for output, one in outputs.items()
                },
                "outputFile": str(self.output_file(name)),
            },
        }


def _first(results: Mapping[str, Any], output: str) -> dict[str, Any]:
    """The results of a task for an output; the launcher keeps its name and type."""
    found = results.get(output, {}).get("artifacts", [{}])[0]
    return {key: found[key] for key in ("uri", "metadata") if key in found}
