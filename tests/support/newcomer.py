"""The first commands of a new user on own data: `init`, `check`, `run`, `predict`."""

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
_SECONDS = 1200
_REFUSED = re.compile(r"(error|not pushed) +(?=\S)")
# An option, or a key of the configuration.
_ACTION = re.compile(r"--[a-z]{2}|\b(data|text|train|gate|evaluation)\.[a-z]\w+")


class Step(NamedTuple):
    """One command, and how it ended."""

    command: str
    code: int
    screen: str
    seconds: float

    @property
    def refusal(self) -> str:
        """The sentence that says why the command did not do its work, or ""."""
        lines = self.screen.splitlines()
        begins = [place for place, line in enumerate(lines) if _REFUSED.match(line)]
        if not self.code or not begins:
            return ""
        said = [_REFUSED.sub("", lines[begins[0]], count=1)]
        for line in lines[begins[0] + 1 :]:
            if re.match(r"(next|log) ", line):
                break
            said.append(line.strip())
        return " ".join(said).strip()

    @property
    def says_what_to_do(self) -> bool:
        """Whether the refusal names an option or a key, and is not a traceback."""
        return "Traceback" not in self.screen and bool(_ACTION.search(self.refusal))


class Attempt(NamedTuple):
    """What a new user has seen on one data set.

    Attributes:
        steps: the commands, in order.
        checked: the JSON object of `check`; {} if `init` failed.
        summary: of the last run; {} if there was no run.
        answers: what `predict` answered; [] if no model was pushed.
    """

    steps: list[Step]
    checked: dict[str, Any]
    summary: dict[str, Any]
    answers: list[dict[str, Any]]

    @property
    def is_pushed(self) -> bool:
        """Whether the last run pushed a model."""
        return self.summary.get("state") == "pushed"

    @property
    def refusals(self) -> list[Step]:
        """The steps that were refused; `check` announces the refusal of `run`."""
        return [
            step
            for step in self.steps
            if step.code and not step.command.startswith("check")
        ]


def prepare(data_set: DataSet, folder: Path) -> Attempt:
    """Tries a data set up to the first run, without touching a file by hand.

    Args:
        data_set: the data set.
        folder: an empty folder.

    Returns:
        What the user has seen.
    """
    data_set.make(folder)
    steps = [_command(folder, "init", data_set.source)]
    checked: dict[str, Any] = {}
    if steps[-1].code == 0:
        steps.append(_command(folder, "check", "--json"))
        checked = _objects(steps[-1])[0]
    return Attempt(steps, checked, {}, [])


def attempt(data_set: DataSet, folder: Path) -> Attempt:
    """Tries a data set up to a prediction, without touching a file by hand.

    Args:
        data_set: the data set.
        folder: an empty folder.

    Returns:
        What the user has seen.
    """
    steps, checked, _, _ = prepare(data_set, folder)
    if checked:
        steps.append(_command(folder, "run"))
    if data_set.later and steps[-1].code == 0:
        data_set.later(folder)
        steps.append(_command(folder, "run", "--if-new-data"))
    summary = _summary(folder)
    answers: list[dict[str, Any]] = []
    if summary.get("pushed"):
        text = " ".join(vocabulary(data_set.label, data_set.language)[:6])
        steps.append(_command(folder, "predict", "--json", text))
        answers = _objects(steps[-1])
    return Attempt(steps, checked, summary, answers)


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


def _objects(step: Step) -> list[dict[str, Any]]:
    lines = step.screen.splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")] or [{}]


def _summary(folder: Path) -> dict[str, Any]:
    """Reads the summary of the newest run."""
    found = max(folder.glob("newsdesk/*/runs/*/summary.json"), default=None)
    summary: dict[str, Any] = json.loads(found.read_text()) if found else {}
    return summary
