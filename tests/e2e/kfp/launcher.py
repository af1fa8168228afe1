"""Runs the tasks of a compiled pipeline in containers, with an object store of files.

Written after kubeflow/pipelines 2.17.0, backend/src/v2/component/launcher_v2.go: inputs
are downloaded below /minio, what the container wrote is uploaded, and what it reports
of its outputs goes to the next tasks. A task that is tried again finds what the killed
attempt left on the disk. A task whose condition is false is skipped, and what depends
on it is omitted (compiler/argocompiler/dag.go, and argo-workflows 4.0.5,
workflow/controller/dag.go).
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tests.e2e.kfp.engine import Engine
from tests.e2e.kfp.object_store import ObjectStore
from tests.support.kfp.driver import Driver

_OUTPUT_FILE = PurePosixPath("/tmp/kfp_outputs/output_metadata.json")
# Instants, and digests of addresses.
_NEW_IN_EACH_RUN = re.compile(r"\b([0-9a-f]{64}|\d{10,})\b")


@dataclass(kw_only=True)
class Launcher(Driver):
    """Runs the tasks of one run.

    Attributes:
        engine: runs the containers.
        store: keeps the artifacts.
        scratch: an empty folder, for the disks of the tasks.
        volumes: more folders to mount, as a PersistentVolumeClaim is.
    """

    engine: Engine
    store: ObjectStore
    scratch: Path
    volumes: Mapping[Path, str]

    def run(self) -> list[str]:
        """Runs every task whose conditions are true; returns their names in order."""
        ran: list[str] = []
        for name in self.order:
            waits_for = set(self.tasks[name].get("dependentTasks", ()))
            if waits_for <= set(ran) and self.is_met(name):
                self.attempt(name)
                ran.append(name)
        return ran

    def attempt(self, name: str, kill_after: float | None = None) -> str:
        """Runs a task once.

        Args:
            name: the name of the task.
            kill_after: seconds until its container is killed.

        Returns:
            The output of the container.

        Raises:
            ContainerFailed: the container failed or was killed; nothing is uploaded.
        """
        executor_input = self.executor_input(name)
        disk, said = self.scratch / name / "minio", self.scratch / name / "said"
        said.mkdir(parents=True, exist_ok=True)
        disk.mkdir(exist_ok=True)
        for folder in (said, disk):
            folder.chmod(0o777)
        for artifacts in executor_input["inputs"]["artifacts"].values():
            for one in artifacts["artifacts"]:
                local = self._local(one["uri"], disk)
                shutil.rmtree(local, ignore_errors=True)
                self.store.download(one["uri"], local)
        _open_up(disk)
        printed = self.engine.run(
            self.command(name, executor_input),
            {disk: "/minio", said: str(_OUTPUT_FILE.parent), **self.volumes},
            kill_after,
        )
        written = said / _OUTPUT_FILE.name
        # As the launcher, which treats a missing file as one without results.
        report = json.loads(written.read_text()) if written.exists() else {}
        self.keep(name, executor_input, report)
        for artifacts in self.outputs[name].values():
            for one in artifacts["artifacts"]:
                self.store.upload(one["uri"], self._local(one["uri"], disk))
        return printed

    def artifact(self, task: str, output: str) -> dict[str, Any]:
        """Returns the artifact that a task wrote to an output."""
        (found,) = self.outputs[task][output]["artifacts"]
        return dict(found)

    def files(self) -> list[str]:
        """Names the files of all outputs, without what is new in each run."""
        names = self.store.files(f"mlpipeline/v2/artifacts/{self.run_id}")
        return sorted(
            _NEW_IN_EACH_RUN.sub("#", one.replace(self.run_id, "")) for one in names
        )

    def page(self, task: str) -> str:
        """Returns the page that a task wrote to its output of system.HTML."""
        found = self.artifact(task, "page")
        assert found["type"]["schemaTitle"] == "system.HTML", found
        return self.store.read(found["uri"])

    def path(self, address: str) -> str:
        """Overrides Driver.path."""
        return address.replace(ObjectStore.scheme, "/minio/")

    def address(self, task: str, output: str) -> str:
        """Overrides Driver.address."""
        # Roots with a slash too many, and a dot, are seen on real clusters.
        root = f"{ObjectStore.scheme}mlpipeline//v2/artifacts/./"
        return f"{root}{self.run_id}/{task}/{output}"

    def output_file(self, task: str) -> str:
        """Overrides Driver.output_file."""
        return str(_OUTPUT_FILE)

    def _local(self, address: str, disk: Path) -> Path:
        return disk / address.removeprefix(ObjectStore.scheme)


def _open_up(folder: Path) -> None:
    """Gives the container's user write access, as the launcher on a cluster has it."""
    for one in folder.rglob("*"):
        one.chmod(0o777 if one.is_dir() else 0o666)
