"""Each problem of the installation is found and has a remedy."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import doctor, machine
from pipeline.machine import Finding


def _by_name(deep: bool = False) -> dict[str, Finding]:
    return {finding.what: finding for finding in doctor.check(deep)}


def test_the_locked_environment_has_no_problem() -> None:
    found = _by_name()
    locked = ["Python", "glibc", *doctor.PACKAGES, "TF_USE_LEGACY_KERAS"]
    assert [name for name in locked if not found[name].ok] == []
    assert [name for name in locked if found[name].remedy] == []


def test_the_machine_is_checked() -> None:
    assert {"GPU", "free disk", "free memory", "output folder"} <= set(_by_name())


def test_tensorflow_is_not_imported() -> None:
    code = "import sys, pipeline.doctor as d; d.check(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"tensorflow", "tfx", "apache_beam", "numpy"}.isdisjoint(loaded)


def test_a_version_that_is_not_pinned_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version

    def changed(name: str) -> str:
        return "1.0" if name == "tensorflow-text" else version(name)

    monkeypatch.setattr(importlib.metadata, "version", changed)
    found = _by_name()
    assert not found["tensorflow-text"].ok
    assert found["tensorflow-text"].expected.startswith("==2.")
    assert found["tensorflow-text"].remedy == "run `make install` in the clone"
    assert found["tensorflow"].ok


def test_a_missing_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version

    def changed(name: str) -> str:
        if name == "tfx":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", changed)
    found = _by_name()["tfx"]
    assert (found.ok, found.found) == (False, "tfx is not installed")


@pytest.mark.parametrize(
    ("python", "glibc", "wrong"),
    [
        ((3, 10, 1), "2.31", set()),
        ((3, 11, 1), "2.39", set()),
        ((3, 11, 1), "2.36", {"glibc"}),
        ((3, 10, 1), "2.9", {"glibc"}),
        ((3, 12, 1), "2.39", {"Python"}),
        ((3, 10, 1), "", {"glibc"}),
    ],
)
def test_python_and_glibc_decide_the_lane(
    monkeypatch: pytest.MonkeyPatch,
    python: tuple[int, ...],
    glibc: str,
    wrong: set[str],
) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", python)
    monkeypatch.setattr(doctor.platform, "libc_ver", lambda: ("glibc", glibc))
    found = [doctor.python(), doctor.glibc()]
    assert {finding.what for finding in found if not finding.ok} == wrong


def test_the_other_keras_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TF_USE_LEGACY_KERAS")
    assert not _by_name()["TF_USE_LEGACY_KERAS"].ok


def test_missing_bytecode_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    found = _by_name()["bytecode"]
    assert found.found == "missing for apache_beam, tensorflow, tfx"
    assert "compileall" in found.remedy


@pytest.mark.parametrize(
    ("cards", "printed", "ok"), [(0, "0", True), (1, "0", False), (1, "1", True)]
)
def test_a_gpu_that_tensorflow_does_not_see_is_found(
    monkeypatch: pytest.MonkeyPatch, cards: int, printed: str, ok: bool
) -> None:
    monkeypatch.setattr(doctor, "gpus", lambda: cards)
    monkeypatch.setattr(doctor, "output_of", lambda command, seconds: printed)
    assert _by_name(deep=True)["TensorFlow"].ok is ok


def test_a_tensorflow_that_does_not_import_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "DEEP", "import no_such_module")
    found = _by_name(deep=True)["TensorFlow"]
    assert (found.ok, found.found) == (False, "does not import")


@pytest.mark.slow
def test_tensorflow_is_imported_in_a_separate_process() -> None:
    assert _by_name(deep=True)["TensorFlow"].ok


def test_a_finding_without_a_problem_has_no_remedy() -> None:
    assert machine.Finding.of("a", "b", "c", True, "d").remedy == ""
    assert machine.Finding.of("a", "b", "c", False, "d").remedy == "d"
