"""Runs the tasks of a compiled pipeline in a test's own process or a subprocess."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.kfp.driver import Driver

# Runs a command in a container of an image; gives the exit code.
Container = Callable[[str, list[str], dict[str, str]], int]


class TaskFailed(Exception):
    """A container exited with a code other than 0."""


@dataclass(kw_only=True)
class Cluster(Driver):
    """One run of a compiled pipeline.

    Attributes:
        root: address of the artifacts, a path or with a scheme.
        run_container: runs a command in a container.
        scratch: the folder of the output files.
    """

    root: str
    run_container: Container
    scratch: Path
    run_id: str = "run-1"

    @classmethod
    def of(cls, text: str, **more: Any) -> "Cluster":
        """Takes the first of a compiled pipeline's documents."""
        return cls(spec=next(iter(yaml.safe_load_all(text))), **more)

    def launch(self, task: str, parameters: Mapping[str, Any]) -> None:
        """Runs one task, and keeps what it reports of its outputs."""
        executor_input = self.executor_input(task, parameters)
        output_file = Path(self.output_file(task))
        output_file.unlink(missing_ok=True)
        container = self.container(task)
        environment = {one["name"]: one["value"] for one in container.get("env", ())}
        command = self.command(task, executor_input)
        if code := self.run_container(container["image"], command, environment):
            raise TaskFailed(f"{task} ended with {code}")
        self.keep(task, executor_input, json.loads(output_file.read_text()))

    def output_file(self, task: str) -> str:
        """Overrides Driver.output_file."""
        return str(self.scratch / task / "executor_output.json")

    def address(self, task: str, output: str) -> str:
        """Overrides Driver.address."""
        return f"{self.root}/{self.run_id}/{task}/{output}"
