"""Runs the whole installer in another clone, with a uv that only records calls."""

import fcntl
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer import sync_commands

ROOT = Path(__file__).parents[2]


class Clone:
    """A clone with the scripts, a lock, and a PATH that holds what a test gives it."""

    def __init__(self, folder):
        self.root = folder / "clone"
        self.bin = folder / "bin"
        self.venv = self.root / ".venv"
        self.log = folder / "uv.log"
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        (self.root / "pyproject.toml").write_text("[project]\n")
        (self.root / "uv.lock").write_text("version = 1\n")
        self.environ = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "NEWSDESK_LANE": "compatibility",
        }
        self.put("g++", "exit 0")
        for name in ("mkdir", "touch"):
            self.put(name, f'exec {shutil.which(name)} "$@"')
        # Runs the installer, and is no candidate: those are probed with -I.
        self.put("python3", f'[ "$1" = -I ] && exit 1\nexec {sys.executable} "$@"')
        python = {"version": "3.10", "path": "/opt/python3.10", "headers": True}
        self.put("python3.10", f"echo '{json.dumps(python)}'")
        self.put_uv("exit 0")

    def put(self, name, body):
        self.bin.mkdir(exist_ok=True)
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def put_uv(self, then):
        self.put(
            "uv",
            '[ "$1" = --version ] && { echo uv 99.0.0; exit; }\n'
            f'echo "$@" >> {self.log}\n[ "$1" = sync ] || exit 1\n'
            'mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"\n'
            f'touch "$UV_PROJECT_ENVIRONMENT/bin/python"\n{then}',
        )

    def command(self):
        return ["/bin/sh", str(self.root / "scripts" / "install")]

    def install(self):
        return subprocess.run(
            self.command(), env=self.environ, text=True, capture_output=True
        )

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_first_install_syncs_the_lock_and_the_second_does_nothing(clone):
    first = clone.install()
    assert first.returncode == 0, first.stderr
    assert clone.calls() == ["sync --locked --python /opt/python3.10"]
    second = clone.install()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert len(clone.calls()) == 1


@pytest.mark.parametrize("name", ["uv.lock", "pyproject.toml"])
def test_changed_file_updates_the_environment_in_place(clone, name):
    clone.install()
    (clone.venv / "kept").touch()
    (clone.root / name).write_text("# changed\n")
    assert clone.install().returncode == 0
    assert len(clone.calls()) == 2
    assert (clone.venv / "kept").exists()


def test_install_that_was_cut_short_begins_anew(clone):
    clone.put_uv("kill -9 $$")
    assert clone.install().returncode == 1
    (clone.venv / "half").touch()
    clone.put_uv("exit 0")
    assert clone.install().returncode == 0
    assert not (clone.venv / "half").exists()
    assert len(clone.calls()) == 2


def test_update_that_was_cut_short_begins_anew(clone):
    clone.install()
    (clone.venv / "half").touch()
    (clone.root / "uv.lock").write_text("# changed\n")
    clone.put_uv("exit 1")
    assert clone.install().returncode == 1
    (clone.root / "uv.lock").write_text("version = 1\n")
    clone.put_uv("exit 0")
    assert clone.install().returncode == 0
    assert not (clone.venv / "half").exists()


def test_environment_made_by_somebody_else_is_never_removed(clone):
    clone.venv.mkdir()
    (clone.venv / "theirs").touch()
    assert clone.install().returncode == 0
    assert len(clone.calls()) == 1
    assert (clone.venv / "theirs").exists()


def test_other_lane_installs_anew(clone):
    clone.install()
    stamp = clone.venv / ".newsdesk"
    stamp.write_text(stamp.read_text().replace("compatibility", "current"))
    (clone.venv / "stale").touch()
    assert clone.install().returncode == 0
    assert not (clone.venv / "stale").exists()


def test_vanished_python_is_put_back(clone):
    clone.install()
    (clone.venv / "bin" / "python").unlink()
    assert clone.install().returncode == 0
    assert (clone.venv / "bin" / "python").exists()


def test_lane_that_is_installed_stays_when_none_is_asked_for(clone):
    clone.install()
    del clone.environ["NEWSDESK_LANE"]
    clone.install()
    assert len(clone.calls()) == 1


def test_second_installer_waits_for_the_first(clone):
    (clone.root / ".uv").mkdir()
    with open(clone.root / ".uv" / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            clone.command(), env=clone.environ, text=True, stdout=subprocess.PIPE
        )
        assert "waiting" in process.stdout.readline()
        assert clone.calls() == []
    assert process.communicate()[1] is None
    assert process.returncode == 0
    assert len(clone.calls()) == 1


def one_line(result):
    """The message of an install that failed, which is one line and no traceback."""
    assert result.returncode == 1
    assert result.stderr.startswith("install: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_missing_compiler_is_one_line(clone, tmp_path):
    clone.environ["PATH"] = str(tmp_path / "empty")
    assert "C++ compiler is missing" in (message := one_line(clone.install()))
    assert "apt-get install g++" in message


def test_missing_python_is_one_line(clone, tmp_path):
    script = clone.root / "scripts" / "install"
    script.write_text(script.read_text().replace("/usr/bin/python3", "/no/python3"))
    clone.environ["PATH"] = str(tmp_path / "empty")
    assert "apt-get install python3" in one_line(clone.install())


def test_missing_python_of_the_lane_is_one_line(clone):
    (clone.bin / "python3.10").unlink()
    assert "pyenv install 3.10" in one_line(clone.install())
    assert clone.calls() == ["python install --no-bin 3.10"]


def test_unknown_lane_is_one_line(clone):
    clone.environ["NEWSDESK_LANE"] = "newest"
    assert "allowed: current, compatibility" in one_line(clone.install())


def test_failure_of_uv_is_one_line_and_leaves_no_stamp(clone):
    clone.put_uv("exit 2")
    assert "`uv sync` failed" in one_line(clone.install())
    assert not (clone.venv / ".newsdesk").exists()


def test_other_index_installs_by_hashes():
    commands = sync_commands("uv", "/venv", "/python", "https://index.test/simple")
    assert [command[1:3] for command in commands] == [
        ["export", "--frozen"],
        ["venv", "--allow-existing"],
        ["pip", "sync"],
        ["pip", "install"],
    ]
    assert "--require-hashes" in commands[2]
    assert all("https://index.test/simple" in command for command in commands[2:])
