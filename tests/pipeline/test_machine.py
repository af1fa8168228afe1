"""Disk, memory, GPU and folders are checked without changing anything."""

import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

from pipeline import machine
from pipeline.machine import Finding


def _found(home: Path) -> dict[str, Finding]:
    return {finding.what: finding for finding in machine.look(home)}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    _found(tmp_path / "newsdesk")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(dir: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    found = _found(tmp_path)["output folder"]
    assert (found.ok, found.found) == (False, f"{tmp_path}: Permission denied")
    assert "output.root" in found.remedy


def test_no_temporary_folder_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none() -> str:
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert "TMPDIR" in _found(tmp_path)["temporary files"].remedy


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: usage(9, 9, 0))
    assert not _found(tmp_path)["free disk"].ok


def test_little_memory_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "free_memory", lambda: 2**30)
    found = _found(tmp_path)["free memory"]
    assert (found.ok, found.found) == (False, "1.0 GiB")


@pytest.mark.parametrize(("limit", "free"), [("1000", 800), ("max", None)])
def test_a_container_has_the_memory_that_its_limit_leaves(
    tmp_path: Path, limit: str, free: int | None
) -> None:
    (tmp_path / "memory.max").write_text(limit)
    (tmp_path / "memory.current").write_text("500")
    (tmp_path / "memory.stat").write_text("anon 200\ninactive_file 300\n")
    found = machine.free_memory(tmp_path)
    assert found == free or (free is None and found > 1000)


def test_gpus_are_counted_by_nvidia_smi_if_proc_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'GPU 0: a card'; echo 'GPU 1: a card'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(machine.Path, "glob", lambda folder, pattern: iter(()))
    assert machine.gpus() == 2


def test_a_gpu_is_optional(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "gpus", lambda: 0)
    assert _found(tmp_path)["GPU"].ok


@pytest.mark.parametrize(
    "command", [["false"], ["no-such-program"], ["tail", "-f", "/dev/null"]]
)
def test_a_program_that_fails_has_no_output(command: list[str]) -> None:
    assert machine.output_of(command, seconds=0.05) == ""
