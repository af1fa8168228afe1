"""Interpreters are found where they usually are, and believed only when they run."""

import json
import sys

import pytest

from interpreters import candidates, find, probe


@pytest.fixture
def fake(tmp_path):
    """Writes an executable that answers like a Python, or fails like a shim."""

    def write(place, version=None, headers=True):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        answer = {"version": version, "path": str(path), "headers": headers}
        body = f"echo '{json.dumps(answer)}'" if version else "exit 127"
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_probe_knows_this_interpreter():
    python = probe(sys.executable)
    assert python.version == f"{sys.version_info[0]}.{sys.version_info[1]}"


def test_probe_gives_none_for_what_does_not_run(tmp_path, fake):
    assert probe(str(tmp_path / "absent")) is None
    assert probe(fake("shims/python3.10")) is None
    assert probe("/bin/echo") is None


def test_find_passes_over_a_broken_shim_and_a_wrong_version(tmp_path, fake):
    fake("shims/python3.10")
    fake("bin/python3", version="3.13")
    good = fake("home/.pyenv/versions/3.10.13/bin/python3.10", version="3.10")
    environ = {
        "PATH": f"{tmp_path}/shims:{tmp_path}/bin",
        "HOME": str(tmp_path / "home"),
    }
    assert find("3.10", environ).path == good


def test_find_prefers_headers_and_takes_less_where_there_are_none(tmp_path, fake):
    bare = fake("bin/python3.11", version="3.11", headers=False)
    environ = {"PATH": f"{tmp_path}/bin", "HOME": str(tmp_path)}
    assert find("3.11", environ).path == bare
    full = fake(".pyenv/versions/3.11.7/bin/python3.11", version="3.11")
    assert find("3.11", environ).path == full


def test_newest_patch_release_comes_first_and_others_never(tmp_path, fake):
    root = tmp_path / "pyenv"
    for patch in ("3.10.9", "3.10.13", "3.1.2"):
        fake(f"pyenv/versions/{patch}/bin/python3.10", version="3.10")
    found = candidates("3.10", {"PYENV_ROOT": str(root)})
    assert found == [
        f"{root}/versions/{patch}/bin/python3.10" for patch in ("3.10.13", "3.10.9")
    ]


def test_unset_variables_lead_nowhere(tmp_path, fake, monkeypatch):
    fake("versions/3.10.1/bin/python3.10", version="3.10")
    fake("python3.10", version="3.10")
    monkeypatch.chdir(tmp_path)
    assert candidates("3.10", {}) == []


def test_folder_of_our_own_downloads_is_searched(tmp_path, fake):
    path = fake("own/cpython-3.10.1-linux/bin/python3.10", version="3.10")
    assert find("3.10", {}, [str(tmp_path / "own")]).path == path
