"""Finds Python interpreters, and runs each to test it; needs Python 3.7."""

import glob
import json
import os
import re
import subprocess
import sys
from typing import List, Mapping, NamedTuple, Optional, Sequence

# These modules are missing in a Python that was built without some library, and the
# pipeline needs them.
_PROBE = """
import bz2, ctypes, json, lzma, os, sqlite3, ssl, sys, sysconfig, zlib
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2],
    "path": getattr(sys, "_base_executable", None) or sys.executable,
    "headers": os.path.exists(
        os.path.join(sysconfig.get_paths()["include"], "Python.h")
    ),
}))
"""


class Interpreter(NamedTuple):
    """A Python that works; without headers it cannot build C extensions."""

    version: str
    path: str
    headers: bool


def candidates(
    version: str, environ: Mapping[str, str], folders: Sequence[str] = ()
) -> List[str]:
    """Lists paths where a Python of this version may be, the most likely first.

    Args:
        version: major and minor version, such as "3.11".
        environ: the environment; PATH, HOME, PYENV_ROOT and XDG_DATA_HOME are read.
        folders: more folders that contain one folder per interpreter.
    """
    path = environ.get("PATH", "").split(os.pathsep)
    names = [f"python{version}", "python3", "python"]
    paths = [os.path.join(folder, name) for name in names for folder in path]
    home = environ.get("HOME", "")
    data = environ.get("XDG_DATA_HOME") or os.path.join(home, ".local/share")
    roots = [
        *folders,
        os.path.join(environ.get("PYENV_ROOT", ""), "versions"),
        os.path.join(home, ".pyenv/versions"),
        os.path.join(data, "uv/python"),
    ]
    for root in roots:
        pattern = os.path.join(glob.escape(root), f"*{version}.*/bin/python{version}")
        paths += sorted(glob.glob(pattern), key=_numbers, reverse=True)
    # A path from an unset variable is relative, and must not be searched.
    unique = dict.fromkeys(file for file in paths if os.path.isabs(file))
    return [file for file in unique if os.access(file, os.X_OK)]


def _numbers(path: str) -> List[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


def probe(path: str) -> Optional[Interpreter]:
    """Runs a Python to find its version and path; gives None if it does not work."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )
        return Interpreter(**json.loads(answer.stdout.decode()))
    except (OSError, subprocess.TimeoutExpired, ValueError, TypeError):
        return None


def find(
    version: str, environ: Mapping[str, str], folders: Sequence[str] = ()
) -> Optional[Interpreter]:
    """Finds a working Python of this version, if possible one with headers.

    Args:
        version: major and minor version, such as "3.11".
        environ: the environment, as for `candidates`.
        folders: more folders that contain one folder per interpreter.
    """
    second_choice = None
    for path in candidates(version, environ, folders):
        python = probe(path)
        if python is None or python.version != version:
            continue
        if python.headers:
            return python
        second_choice = second_choice or python
    return second_choice


if __name__ == "__main__":
    match = find(sys.argv[1], os.environ)
    print(match.path if match else "")
