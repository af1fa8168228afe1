"""A prepared process runs its module, and ends with the process that started it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk import standby
from newsdesk.inspection import fresh

# Prints the JSON in a file.
MODULE = "json.tool"


@pytest.fixture(autouse=True)
def _dismissed() -> Iterator[None]:
    yield
    standby.dismiss()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with JSON."""
    file = tmp_path / "list.json"
    file.write_text("[1]")
    return file


def test_the_prepared_process_does_the_work(file: Path) -> None:
    standby.prepare(MODULE, ["decimal", "there.is.none"], is_piped=True)
    done = fresh.run(MODULE, file)
    assert done is not None
    assert (done.returncode, json.loads(done.stdout)) == (0, [1])
    assert "newsdesk.standby" in done.args
    # It is used once.
    assert standby.take(MODULE) is None


def test_the_exit_code_and_the_errors_arrive(tmp_path: Path) -> None:
    standby.prepare(MODULE, [], is_piped=True)
    done = fresh.run(MODULE, tmp_path / "missing")
    assert done is not None
    assert done.returncode
    assert "missing" in done.stderr


def test_a_prepared_process_that_died_is_replaced(file: Path) -> None:
    standby.prepare(MODULE, [], is_piped=True)
    process = standby._waiting[MODULE].process
    process.kill()
    process.wait()
    done = fresh.run(MODULE, file)
    assert done is not None
    assert json.loads(done.stdout) == [1]
    assert "newsdesk.standby" not in done.args


def test_a_prepared_process_has_the_same_limit() -> None:
    waiting = standby.Standby("http.server", [], is_piped=True)
    assert waiting.begin(["0"])
    assert waiting.output(0.001) is None
    assert waiting.process.returncode == -signal.SIGKILL


def test_a_process_without_work_is_ended() -> None:
    standby.prepare(MODULE, [])
    process = standby._waiting[MODULE].process
    standby.dismiss()
    assert process.returncode == -signal.SIGKILL


def test_it_ends_with_its_parent(repository: Path) -> None:
    code = (
        "import os, signal; from newsdesk import standby; "
        "standby.prepare('json.tool', []); "
        "print(standby._waiting['json.tool'].process.pid, flush=True); "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    # The child inherits the pipe, so its end is the end of the output.
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, stdout=subprocess.PIPE, timeout=30
    )
    child = int(done.stdout)
    end = time.monotonic() + 30
    while Path(f"/proc/{child}/stat").exists():
        state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state == "Z":
            break
        assert time.monotonic() < end
    assert child != os.getpid()


def test_modules_are_imported_while_the_process_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "tabnanny", raising=False)
    before = set(threading.enumerate())
    standby.import_aside(["there.is.none", "tabnanny"])
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert "tabnanny" in sys.modules
