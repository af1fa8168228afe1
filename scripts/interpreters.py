"""Finds Python interpreters, each tried by running it; needs Python 3.7."""

import glob
import json
import os
import re
import subprocess
import sys
from typing import List, Mapping, NamedTuple, Optional, Sequence

# The modules are those that a Python built without some library lacks, and that
# the pipeline cannot do without.
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
    """A Python that was run; without headers it cannot build C extensions."""

    version: str
    path: str
    headers: bool


def candidates(
    version: str, environ: Mapping[str, str], folders: Sequence[str] = ()
) -> List[str]:
    """Paths where a Python of this version may be, the likeliest first.

    Args:
        version: major and minor version, such as "3.11".
        environ: the environment; PATH, HOME, PYENV_ROOT and XDG_DATA_HOME count.
        folders: more folders that hold one folder per interpreter.
    """
    places = environ.get("PATH", "").split(os.pathsep)
    names = [f"python{version}", "python3", "python"]
    paths = [os.path.join(folder, name) for name in names for folder in places]
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
    # What an unset variable leads to is relative, and none of the places meant.
    unique = dict.fromkeys(path for path in paths if os.path.isabs(path))
    return [path for path in unique if os.access(path, os.X_OK)]


def _numbers(path: str) -> List[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


def probe(path: str) -> Optional[Interpreter]:
    """Runs a Python and asks what it is, or gives None where it does not work."""
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
    """The first working Python of this version, one with headers where there is one.

    Args:
        version: major and minor version, such as "3.11".
        environ: the environment that says where to look.
        folders: more folders that hold one folder per interpreter.
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
