"""The first commands of a new user on own data: `init`, `run`, `predict`."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.invented import vocabulary
from tests.support.own_data import DataSet

REPOSITORY = Path(__file__).parent.parent.parent
_SECONDS = 900


class Step(NamedTuple):
    """One command, and how it ended."""

    command: str
    code: int
    screen: str
    seconds: float

    @property
    def last(self) -> str:
        """The lines that say how the command ended, without those before."""
        lines = [line for line in self.screen.splitlines() if line.strip()]
        said = [
            place
            for place, line in enumerate(lines)
            if re.match(r"(error|not pushed|Error|Traceback)", line)
        ]
        return "\n".join(lines[said[0] :] if said else lines[-1:])


class Attempt(NamedTuple):
    """What a new user has seen on one data set.

    Attributes:
        steps: the commands until the first one that failed.
        summary: of the last run; {} if there was no run.
        answers: what `predict` answered; [] if no model was pushed.
    """

    steps: list[Step]
    summary: dict[str, Any]
    answers: list[dict[str, Any]]

    @property
    def pushed(self) -> bool:
        """Whether the last run pushed a model."""
        return self.summary.get("state") == "pushed"


def attempt(data_set: DataSet, folder: Path) -> Attempt:
    """Tries a data set as its user would, without touching a file by hand.

    Args:
        data_set: the data set.
        folder: an empty folder.

    Returns:
        What the user has seen.
    """
    data_set.make(folder)
    steps = [_command(folder, "init", data_set.source)]
    if steps[-1].code == 0:
        steps.append(_command(folder, "run"))
    if data_set.later and steps[-1].code == 0:
        data_set.later(folder)
        steps.append(_command(folder, "run", "--if-new-data"))
    summary = _summary(folder)
    answers: list[dict[str, Any]] = []
    if summary.get("pushed"):
        text = " ".join(vocabulary(data_set.label, data_set.language)[:6])
        steps.append(_command(folder, "predict", "--json", text))
        answers = [
            json.loads(line)
            for line in steps[-1].screen.splitlines()
            if line.startswith("{")
        ]
    return Attempt(steps, summary, answers)


def _command(folder: Path, *words: str) -> Step:
    """Runs one command in the folder of the user."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
    )
    seconds = time.monotonic() - began
    return Step(" ".join(words), done.returncode, done.stdout, seconds)


def _summary(folder: Path) -> dict[str, Any]:
    """Reads the summary of the newest run."""
    found = max(folder.glob("newsdesk/*/runs/*/summary.json"), default=None)
    summary: dict[str, Any] = json.loads(found.read_text()) if found else {}
    return summary
