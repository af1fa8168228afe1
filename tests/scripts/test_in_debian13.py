"""What scripts/in-debian13 says before it has done anything."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    """Runs a copy of the script as a user of our choice, on a PATH without tools."""
    scripts = tmp_path / "clone" / "scripts"
    scripts.mkdir(parents=True)
    copy = scripts / "in-debian13"
    copy.write_bytes((ROOT / "scripts" / "in-debian13").read_bytes())

    def start(*arguments, user=0, tools=None):
        folder = tmp_path / "bin"
        folder.mkdir()
        for name, line in {"id": f"echo {user}", **(tools or {})}.items():
            (folder / name).write_text(f"#!/bin/bash\n{line}\n")
            (folder / name).chmod(0o755)
        return subprocess.run(
            ["/bin/bash", str(copy), *arguments],
            env={"PATH": str(folder)},
            text=True,
            capture_output=True,
        )

    return start


def one_line(result):
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_command_is_required(run):
    assert "usage: scripts/in-debian13 COMMAND" in one_line(run())


def test_root_is_required(run):
    assert "mounts need root; run `sudo " in one_line(run("make", "test", user=1000))


def test_debootstrap_is_required(run):
    assert "apt-get install debootstrap" in one_line(run("make", "test"))


def test_a_root_that_another_process_builds_is_not_built_again(run, tmp_path):
    root = tmp_path / "clone" / ".current" / "root"
    tools = {
        "mkdir": 'exec /bin/mkdir "$@"',
        # The other process ends while this one waits for the lock.
        "flock": f"/bin/mkdir {root}",
        "debootstrap": "echo it is built again >&2",
        "unshare": 'echo "$3" >&2',
    }
    result = run("make", "test", tools=tools)

    assert result.stderr == "private\n"
