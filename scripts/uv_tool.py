"""Finds or downloads uv, and keeps its files inside the clone."""

import os
import re
import shutil
import subprocess
from typing import Dict, Iterable, List, Mapping, Optional

from lane import InstallError

_PINS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uv.txt")
_MISLEADING = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "UV_PYTHON"}


def find_uv(folder: str, path: str, pythons: Iterable[str]) -> str:
    """Finds a uv that is new enough on PATH, or downloads our own.

    Args:
        folder: the folder of our own uv.
        path: the folders of PATH.
        pythons: interpreters that may download it, the most likely first.

    Returns:
        The path of the executable.

    Raises:
        InstallError: uv is missing and could not be downloaded.
    """
    with open(_PINS, encoding="utf-8") as file:
        pinned = _version(file.read())
    own = [os.path.join(folder, kind, "bin", "uv") for kind in ("venv", "target")]
    for uv in [shutil.which("uv", path=path), *own]:
        if uv and _version(_output([uv, "--version"])) >= pinned:
            return uv
    print("install: downloading uv into", folder, flush=True)
    reasons = []
    for python in pythons:
        for kind, uv in zip((_with_venv, _with_target), own):
            reasons.append(kind(python, folder))
            if _output([uv, "--version"]):
                return uv
    last = next((text for text in reversed(reasons) if text), "no Python works")
    raise InstallError(
        f"cannot download uv ({last}); check the package index, run `apt-get install "
        "python3-venv`, or install uv so that it is on PATH"
    )


def _with_venv(python: str, folder: str) -> str:
    venv = os.path.join(folder, "venv")
    reason = _failure([python, "-m", "venv", "--clear", venv])
    pip = [os.path.join(venv, "bin", "python"), "-m", "pip", "install"]
    return reason or _failure([*pip, "--only-binary=:all:", "-r", _PINS])


def _with_target(python: str, folder: str) -> str:
    target = os.path.join(folder, "target")
    pip = [python, "-m", "pip", "install", "--upgrade", "--target", target]
    return _failure([*pip, "--only-binary=:all:", "-r", _PINS])


def _failure(command: List[str]) -> str:
    """Runs a command; gives the last line of its output if it fails, otherwise ""."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    lines = done.stdout.decode(errors="replace").split("\n")
    printed = [line.strip() for line in lines if line.strip()]
    return (printed or ["it failed silently"])[-1][:200] if done.returncode else ""


def _output(command: List[str]) -> str:
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.decode(errors="replace")


def _version(text: str) -> List[int]:
    found = re.match(r"uv[ =]+(\d+)\.(\d+)\.(\d+)", text)
    return [int(part) for part in found.groups()] if found else []


def uv_environment(
    environ: Mapping[str, str], folder: str, venv: str
) -> Dict[str, str]:
    """Builds the environment of uv, where settings of uv win over those of pip.

    Args:
        environ: the environment of the user.
        folder: our folder, into which uv may download an interpreter.
        venv: the folder of the virtual environment.
    """
    environment = {
        key: value for key, value in environ.items() if key not in _MISLEADING
    }
    environment["UV_PROJECT_ENVIRONMENT"] = venv
    environment["UV_PYTHON_INSTALL_DIR"] = os.path.join(folder, "python")
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    environment.setdefault("UV_COMPILE_BYTECODE", "1")
    # Compiling 40,000 files on a busy machine takes longer than uv's default allows.
    environment.setdefault("UV_COMPILE_BYTECODE_TIMEOUT", "900")
    for ours, pips in (
        ("UV_HTTP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"),
        ("SSL_CERT_FILE", "PIP_CERT"),
    ):
        if environ.get(pips):
            environment.setdefault(ours, environ[pips])
    return environment


def other_index(environ: Mapping[str, str], python: str) -> Optional[str]:
    """Finds the package index that the user set for uv or pip; None for PyPI.

    Args:
        environ: the environment of the user.
        python: an interpreter whose pip has the user's configuration.
    """
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if environ.get(name):
            index = environ[name]
            break
    else:
        listed = _output([python, "-m", "pip", "config", "list"])
        found = re.search(r"^\w+\.index-url='(.*)'$", listed, re.MULTILINE)
        index = found.group(1) if found else ""
    usual = re.match(r"https://pypi\.(python\.)?org/simple/?$", index)
    return None if usual or not index else index
