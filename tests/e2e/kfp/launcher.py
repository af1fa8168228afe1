"""What KFP's driver and launcher do for a task, with an object store of files.

Written after kubeflow/pipelines 2.17.0, backend/src/v2/driver (container.go) and
component/launcher_v2.go: inputs are downloaded below /minio, the executor input stands
in the command, what the container wrote is uploaded, and what it said of its outputs
goes to the next tasks. A task that is tried again finds what the killed attempt left on
the disk. A task whose condition is false is skipped, and what depends on it is omitted
(compiler/argocompiler/dag.go, and argo-workflows 4.0.5, workflow/controller/dag.go).
"""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.kfp.engine import Engine
from tests.e2e.kfp.object_store import ObjectStore

_RUN_ID = "{{$.pipeline_job_uuid}}"
_OUTPUT_FILE = "/tmp/kfp_outputs/output_metadata.json"
# Instants, and digests of where something lies.
_NAMED_ANEW = re.compile(r"\b([0-9a-f]{64}|\d{10,})\b")
Artifacts = dict[str, list[dict[str, Any]]]


class Launcher:
    """Runs the tasks of one run.

    Args:
        spec: the compiled pipeline.
        engine: runs the containers.
        store: keeps the artifacts.
        scratch: an empty folder, for the disks of the tasks.
        run: the run's id.
        volumes: more folders to mount, as a PersistentVolumeClaim is.
    """

    def __init__(
        self,
        spec: dict[str, Any],
        engine: Engine,
        store: ObjectStore,
        scratch: Path,
        run: str,
        volumes: Mapping[Path, str],
    ) -> None:
        self._spec = spec
        self._engine = engine
        self._store = store
        self._scratch = scratch
        self._run = run
        self._volumes = dict(volumes)
        self._outputs: dict[str, Artifacts] = {}
        self._parameters: dict[str, dict[str, Any]] = {}

    def run(self) -> list[str]:
        """Runs the tasks that the conditions let run; names them in their order."""
        ran: list[str] = []
        for name in self.order:
            task = self._spec["root"]["dag"]["tasks"][name]
            if set(task.get("dependentTasks", ())) <= set(ran) and self._is_met(task):
                self.attempt(name)
                ran.append(name)
        return ran

    @property
    def order(self) -> list[str]:
        """The tasks, each behind those whose outputs it takes."""
        waiting = {
            name: set(task.get("dependentTasks", ()))
            for name, task in self._spec["root"]["dag"]["tasks"].items()
        }
        ordered: list[str] = []
        while waiting:
            ready = sorted(name for name in waiting if waiting[name] <= set(ordered))
            assert ready, f"the tasks {sorted(waiting)} wait for one another"
            ordered += ready
            waiting = {name: waiting[name] for name in waiting.keys() - set(ready)}
        return ordered

    def attempt(self, name: str, kill_after: float | None = None) -> str:
        """Runs a task once.

        Args:
            name: of the task.
            kill_after: seconds until its container is killed.

        Returns:
            What the container printed.

        Raises:
            ContainerFailed: it failed, or was killed; nothing is uploaded.
        """
        task = self._spec["root"]["dag"]["tasks"][name]
        component = self._spec["components"][task["componentRef"]["name"]]
        asked = self._executor_input(name, task, component)
        disk, said = self._scratch / name / "minio", self._scratch / name / "said"
        said.mkdir(parents=True, exist_ok=True)
        disk.mkdir(exist_ok=True)
        for folder in (said, disk):
            folder.chmod(0o777)
        for artifacts in asked["inputs"]["artifacts"].values():
            for one in artifacts["artifacts"]:
                local = self._local(one["uri"], disk)
                shutil.rmtree(local, ignore_errors=True)
                self._store.download(one["uri"], local)
        _open_up(disk)
        container = self._spec["deploymentSpec"]["executors"][
            component["executorLabel"]
        ]["container"]
        printed = self._engine.run(
            [self._filled(word, asked) for word in _words(container)],
            {disk: "/minio", said: str(Path(_OUTPUT_FILE).parent), **self._volumes},
            kill_after,
        )
        self._take(name, asked, disk, said / Path(_OUTPUT_FILE).name)
        return printed

    def outputs(self, task: str) -> Artifacts:
        """What a task that has ended gave, by the names of its outputs."""
        return self._outputs[task]

    def parameters(self, task: str) -> dict[str, Any]:
        """The output parameters of a task that has ended, by their names."""
        return self._parameters[task]

    def files(self) -> list[str]:
        """The files of all outputs, without what only tells when and for which run."""
        names = self._store.files(f"mlpipeline/v2/artifacts/{self._run}")
        return sorted(_NAMED_ANEW.sub("#", one.replace(self._run, "")) for one in names)

    def _executor_input(
        self, name: str, task: dict[str, Any], component: dict[str, Any]
    ) -> dict[str, Any]:
        inputs = task.get("inputs", {})
        given = {
            key: {
                "artifacts": self._outputs[source["producerTask"]][
                    source["outputArtifactKey"]
                ]
            }
            for key, one in inputs.get("artifacts", {}).items()
            for source in [one["taskOutputArtifact"]]
        }
        made = {
            key: {"artifacts": [self._new(name, key, one)]}
            for key, one in component["outputDefinitions"]["artifacts"].items()
        }
        values = {
            key: self._value(one) for key, one in inputs.get("parameters", {}).items()
        }
        return {
            "inputs": {"parameterValues": values, "artifacts": given},
            "outputs": {"artifacts": made, "outputFile": _OUTPUT_FILE},
        }

    def _new(self, task: str, key: str, declared: dict[str, Any]) -> dict[str, Any]:
        # Roots with a slash too many, and a dot, are seen on real clusters.
        root = f"{ObjectStore.scheme}mlpipeline//v2/artifacts/./"
        return {
            "name": key,
            "type": declared["artifactType"],
            "uri": f"{root}{self._run}/{task}/{key}",
            "metadata": {},
        }

    def _value(self, parameter: dict[str, Any]) -> Any:
        if name := parameter.get("componentInputParameter"):
            declared = self._spec["root"]["inputDefinitions"]["parameters"]
            return declared[name]["defaultValue"]
        if source := parameter.get("taskOutputParameter"):
            made = self._parameters[source["producerTask"]]
            return made[source["outputParameterKey"]]
        constant = parameter["runtimeValue"]["constant"]
        # Only there it is replaced, and not in the words of a command.
        return self._run if constant == _RUN_ID else constant

    def _is_met(self, task: dict[str, Any]) -> bool:
        condition = task.get("triggerPolicy", {}).get("condition")
        if condition is None:
            return True
        # Of CEL, no more than the pipeline has.
        found = re.fullmatch(
            r"inputs\.parameter_values\['([^']+)'\] == '([^']*)'", condition
        )
        assert found, condition
        given = task["inputs"]["parameters"][found[1]]
        return bool(self._value(given) == found[2])

    def _filled(self, word: str, asked: dict[str, Any]) -> str:
        return word.replace("{{$}}", json.dumps(asked))

    def _take(
        self, name: str, asked: dict[str, Any], disk: Path, output_file: Path
    ) -> None:
        """Uploads the outputs, and keeps what the container said of them."""
        answer = json.loads(output_file.read_text())
        told = answer.get("artifacts", {})
        self._parameters[name] = answer.get("parameterValues", {})
        outputs: Artifacts = {}
        for key, one in asked["outputs"]["artifacts"].items():
            (artifact,) = one["artifacts"]
            said = told.get(key, {"artifacts": [{}]})["artifacts"][0]
            address = said.get("uri") or artifact["uri"]
            self._store.upload(address, self._local(address, disk))
            metadata = said.get("metadata", {})
            outputs[key] = [{**artifact, "uri": address, "metadata": metadata}]
        self._outputs[name] = outputs

    def _local(self, address: str, disk: Path) -> Path:
        return disk / address.removeprefix(ObjectStore.scheme)


def _words(container: dict[str, Any]) -> list[str]:
    return [*container["command"], *container["args"]]


def _open_up(folder: Path) -> None:
    """Lets the container's user write where a launcher of the same user has written."""
    for one in folder.rglob("*"):
        one.chmod(0o777 if one.is_dir() else 0o666)
