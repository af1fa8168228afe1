"""Commands whose streams are closed, full, broken or in another encoding.

Each is a process of its own, because Python looks at its descriptors when it starts.
"""

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import REPOSITORY
from tests.support import tiny_models

pytestmark = pytest.mark.slow

Ended = subprocess.CompletedProcess[str]
# How a shell starts the command; @ stands for it.
STATES = {
    "as usual": "@",
    "no input": "@ <&-",
    "no output": "@ >&-",
    "no errors": "@ 2>&-",
    "nothing": "@ <&- >&- 2>&-",
    "full": "@ >/dev/full",
    "full errors": "@ 2>/dev/full",
    "only readable": "@ >/dev/null 1</dev/null",
    "unread": "{ @; echo $? >&3; } | true",
    "latin-1": "PYTHONIOENCODING=latin-1 @",
    "ascii": "LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0 @",
}
LOST = {"no output", "nothing", "full", "only readable", "unread"}


def _shell(line: str, words: tuple[str, ...], folder: Path) -> Ended:
    """Runs a line; the command's exit code is its last line on descriptor 3."""
    command = '"$@" </dev/null' if "<&-" not in line else '"$@"'
    line = line.replace("@", command)
    if "|" not in line:
        line = f"{{ {line}; }}; echo $? >&3"
    with open(folder / "code", "w+") as code:
        done = subprocess.run(
            ["bash", "-c", f"exec 3>&{code.fileno()}; {line}", "bash"]
            + [sys.executable, "-m", "pipeline.cli", *words],
            capture_output=True,
            text=True,
            cwd=folder,
            encoding="latin-1",
            pass_fds=[code.fileno()],
            env=os.environ | {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
        )
        code.seek(0)
        done.returncode = int(code.read())
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr
    return done


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows, and a configuration for them."""
    folder = tmp_path_factory.mktemp("project")
    rows = "".join(f"text number {n} é ✓,{'ab'[n % 2]}\n" for n in range(40))
    (folder / "rows.csv").write_text("body,desk\n" + rows)
    done = _shell("@", ("init", "rows.csv"), folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("state", STATES)
def test_a_list_that_cannot_be_written_ends_with_1(project: Path, state: str) -> None:
    done = _shell(STATES[state], ("runs",), project)
    assert done.returncode == (1 if state in LOST else 0)
    is_told = state in LOST - {"unread", "nothing"}
    assert ("standard output cannot be written" in done.stderr) == is_told


@pytest.mark.parametrize("state", ["no output", "full", "unread", "latin-1"])
def test_help_that_cannot_be_written_ends_with_1(project: Path, state: str) -> None:
    done = _shell(STATES[state], ("run", "--help"), project)
    assert done.returncode == (1 if state in LOST else 0)


@pytest.mark.parametrize("state", ["nothing", "full", "unread", "latin-1", "ascii"])
def test_finished_work_ends_with_0_even_if_messages_are_lost(
    project: Path, state: str
) -> None:
    written = project / "newsdesk.toml"
    written.unlink()
    done = _shell(STATES[state], ("init", "rows.csv", "--force"), project)
    assert (done.returncode, written.exists()) == (0, True)
    assert ("the messages of this command are lost" in done.stderr) == (state == "full")


@pytest.mark.parametrize("state", ["nothing", "latin-1"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "gone ✓.toml"), 2),
        (("predict", "--model", "gone", "text"), 2),
        (("verify", "gone"), 4),
        (("rollback",), 2),
        (("compile", "gone.toml"), 2),
        (("submit", "gone.toml"), 2),
        (("schedule", "status", "gone.toml"), 2),
        (("encoder", "import"), 2),
        (("gc", "gone.toml"), 2),
        (("no-such-command",), 2),
    ],
)
def test_an_error_keeps_its_exit_code(
    project: Path, state: str, words: tuple[str, ...], code: int
) -> None:
    done = _shell(STATES[state], words, project)
    assert done.returncode == code
    assert bool(done.stderr) == (state != "nothing")


@pytest.mark.parametrize("state", ["full", "latin-1"])
def test_the_doctor_prints_findings_or_the_write_error(
    project: Path, state: str
) -> None:
    done = _shell(STATES[state], ("doctor",), project)
    if state == "full":
        assert done.returncode == 1
        assert "No space left on device" in done.stderr
    else:
        assert re.search(r"^ [+x]  Python ", done.stdout, re.MULTILINE)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has a label for each of the texts "0" to "3"."""
    folder = tmp_path_factory.mktemp("model")
    tiny_models.save(tiny_models.answers(np.arange(4)), folder)
    return folder


@pytest.mark.parametrize(
    ("state", "texts", "code", "sentence"),
    [
        ("full", ["1"], 1, "standard output cannot be written: No space left"),
        ("no errors", ["1"], 0, ""),
        ("no input", [], 1, "standard input: is closed; give texts as arguments"),
    ],
)
def test_predict_prints_answers_or_the_write_error(
    project: Path, model: Path, state: str, texts: list[str], code: int, sentence: str
) -> None:
    words = ("predict", "--model", str(model), *texts)
    done = _shell(STATES[state], words, project)
    assert done.returncode == code
    assert sentence in done.stderr
    assert done.stdout == ("0.9700  Sports\n" if code == 0 else "")


@pytest.fixture
def predicting(model: Path) -> Callable[..., "subprocess.Popen[bytes]"]:
    """Starts `predict` on standard input."""

    def start(*words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "predict", "--model", str(model)]
            + list(words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        )

    return start


def test_a_slow_pipe_is_answered_line_by_line(
    predicting: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    with predicting("--json") as process:
        assert process.stdin and process.stdout
        for text, label in (("1", "Sports"), ("2", "Business")):
            process.stdin.write(text.encode() + b"\n")
            process.stdin.flush()
            answered, _, _ = select.select([process.stdout], [], [], 60)
            assert answered, "nothing was answered while the pipe was open"
            assert json.loads(process.stdout.readline())["label"] == label
        process.stdin.close()
    assert process.returncode == 0


def test_predict_stops_if_the_reader_is_gone(
    predicting: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    with predicting() as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b"1\n")
        process.stdin.flush()
        # The pipe stays open: only the missing reader can end it.
        assert process.wait(60) == 1
        assert process.stderr.read() == b""
