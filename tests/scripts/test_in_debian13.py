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

    def start(*arguments, user=0):
        stub = tmp_path / "bin" / "id"
        stub.parent.mkdir()
        stub.write_text(f"#!/bin/sh\necho {user}\n")
        stub.chmod(0o755)
        return subprocess.run(
            ["/bin/bash", str(copy), *arguments],
            env={"PATH": str(stub.parent)},
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
