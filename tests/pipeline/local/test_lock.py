"""A lock has one owner, names it to others, and ends with its process."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsdesk.errors import ExitCode, Locked, NewsdeskError
from pipeline.local import lock
from pipeline.local.lock import held

HOLD = """
import sys
from pathlib import Path
from pipeline.local.lock import held
with held(Path(sys.argv[1]), "a run"):
    print("held", flush=True)
    sys.stdin.read()
"""


def _refused(root: Path) -> str:
    with pytest.raises(Locked) as caught, held(root, "another"):
        pass
    assert caught.value.exit_code == ExitCode.LOCKED
    return str(caught.value)


def test_the_second_process_gets_owner_and_time(tmp_path: Path) -> None:
    with held(tmp_path, "garbage collection"):
        sentence = _refused(tmp_path)
    who = rf"garbage collection \(process {os.getpid()} on {socket.gethostname()}\)"
    when = r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, for \d+ s; wait until it is done"
    assert re.match(rf"{tmp_path}: {who} has been at work here {when}", sentence)


def test_the_current_owner_is_named_not_the_former(tmp_path: Path) -> None:
    with held(tmp_path, "something with a much longer name"):
        pass
    with held(tmp_path, "a run"):
        assert f"{tmp_path}: a run (process" in _refused(tmp_path)


def test_an_error_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(KeyError), held(tmp_path, "a run"):
        raise KeyError
    with held(tmp_path, "the next"):
        pass


def test_two_folders_have_two_locks(tmp_path: Path) -> None:
    with held(tmp_path / "one", "a run"), held(tmp_path / "other", "a run"):
        pass


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert f"(process {holder.pid} on" in _refused(tmp_path)
        holder.kill()
        assert holder.wait() == -signal.SIGKILL
    assert f'"pid": {holder.pid}' in (tmp_path / ".lock").read_text()
    with held(tmp_path, "the next"):
        pass


def test_a_child_process_does_not_keep_the_lock(tmp_path: Path) -> None:
    with held(tmp_path, "a run"):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    with child, held(tmp_path, "the next"):
        assert child.poll() is None


def test_waits_until_the_owner_has_written_its_name(tmp_path: Path) -> None:
    with held(tmp_path, "a run"):
        file = tmp_path / ".lock"
        written = file.read_text()
        file.write_text("")
        late = threading.Timer(0.1, file.write_text, [written])
        late.start()
        assert f"a run (process {os.getpid()} on" in _refused(tmp_path)
        late.join()


@pytest.mark.parametrize("text", ["", "{half", "[]", '{"since": "never"}'])
def test_an_unnamed_owner_has_the_lock_as_well(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "SECONDS_TO_WRITE", 0.0)
    with held(tmp_path, "a run"):
        (tmp_path / ".lock").write_text(text)
        assert "another process is at work here" in _refused(tmp_path)


def test_a_full_disk_does_not_prevent_the_lock(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "SECONDS_TO_WRITE", 0.0)
    with open(small_disk / "ballast", "wb") as stream:
        free = os.statvfs(small_disk)
        os.posix_fallocate(stream.fileno(), 0, free.f_bavail * free.f_frsize)
    with held(small_disk, "garbage collection"):
        assert "another process is at work here" in _refused(small_disk)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(NewsdeskError, match="taken/x: cannot be written: Not a dir"):
        with held(tmp_path / "taken" / "x", "a run"):
            pass


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("pipeline.local.lock.fcntl.flock", refuse)
    with pytest.raises(NewsdeskError, match="cannot be locked: No locks available"):
        with held(tmp_path, "a run"):
            pass


@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "folder"])
def test_a_lock_that_is_not_a_file_is_refused(tmp_path: Path, kind: str) -> None:
    root, target = tmp_path / "root", tmp_path / "target"
    root.mkdir()
    if kind == "pipe":
        os.mkfifo(root / ".lock")
    elif kind == "folder":
        (root / ".lock").mkdir()
    else:
        (root / ".lock").symlink_to(target)
    if kind == "link":
        target.write_text("precious")
    with pytest.raises(NewsdeskError, match=r"\.lock: is a "), held(root, "a run"):
        pass
    if kind == "link":
        assert target.read_text() == "precious"
    assert target.exists() == (kind == "link")
