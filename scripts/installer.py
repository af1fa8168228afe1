"""Installs the locked environment, if it is not up to date; needs Python 3.7."""

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys
from typing import Dict, Iterator, List, Mapping, Optional

from interpreters import Interpreter, find
from lane import PYTHON, InstallError, choose_lane, glibc_version
from stamp import finish, installed_lane, prepare
from uv_tool import find_uv, other_index, uv_environment

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def check_machine(environ: Mapping[str, str]) -> None:
    """Raises InstallError if this machine lacks something that uv cannot install."""
    here = f"{platform.system()} on {platform.machine()}"
    if here != "Linux on x86_64":
        raise InstallError(
            f"TFX has packages only for Linux on x86_64, and this machine is {here}; "
            "use a container or a virtual machine"
        )
    names = [environ.get("CXX", "").split(" ")[0], "c++", "g++", "clang++"]
    path = environ.get("PATH", "")
    if not any(name and shutil.which(name, path=path) for name in names):
        raise InstallError(
            "a C++ compiler is missing, which pyfarmhash needs; run `apt-get install "
            "g++` (Debian, Ubuntu) or `dnf install gcc-c++` (Fedora, RHEL)"
        )


def download(uv: str, version: str, env: Mapping[str, str]) -> Optional[Interpreter]:
    """Lets uv download a Python into the clone; gives None if that fails."""
    command = [uv, "python", "install", "--no-bin", version]
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=dict(env), stdout=quiet, stderr=quiet, check=False)
    folder = env["UV_PYTHON_INSTALL_DIR"]
    return find(version, {"PATH": ""}, [folder])


def sync_commands(
    uv: str, venv: str, python: str, index: Optional[str]
) -> List[List[str]]:
    """Builds the commands that install the packages of uv.lock and check their hashes.

    Args:
        uv: the executable.
        venv: the folder of the virtual environment.
        python: the interpreter of the lane.
        index: the user's package index, or None for PyPI.
    """
    if index is None:
        return [[uv, "sync", "--locked", "--python", python]]
    # The lock has addresses of PyPI, so another index gets names and hashes instead.
    pins = os.path.join(ROOT, ".uv", "requirements.txt")
    inside = ["--default-index", index, "--python", venv]
    export = ["export", "--frozen", "--quiet", "--no-emit-project", "--output-file"]
    return [
        [uv, *export, pins, "--python", python],
        [uv, "venv", "--allow-existing", "--quiet", "--python", python, venv],
        [uv, "pip", "sync", "--require-hashes", *inside, pins],
        [uv, "pip", "install", "--no-deps", *inside, "--editable", ROOT],
    ]


@contextlib.contextmanager
def only_one(folder: str) -> Iterator[int]:
    """Waits until no other installation runs in this clone."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("install: waiting for another installation to end", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def install(environ: Mapping[str, str]) -> None:
    """Makes the virtual environment match the lock.

    Args:
        environ: the environment; NEWSDESK_LANE and NEWSDESK_VENV are settings.

    Raises:
        InstallError: the machine lacks something, or uv failed.
    """
    wanted = environ.get("NEWSDESK_LANE", "")
    folder = os.path.join(ROOT, ".uv")
    venv = os.path.join(ROOT, environ.get("NEWSDESK_VENV") or ".venv")
    if installed_lane(ROOT, venv, wanted):
        return
    with only_one(folder) as lock:
        if installed_lane(ROOT, venv, wanted):
            return
        check_machine(environ)
        found: Dict[str, Optional[Interpreter]] = {
            version: find(version, environ) for version in PYTHON.values()
        }
        helpers = [python.path for python in found.values() if python]
        uv = find_uv(folder, environ.get("PATH", ""), [sys.executable, *helpers])
        env = uv_environment(environ, folder, venv)

        def get(version: str) -> Optional[Interpreter]:
            python = found[version]
            if python and python.headers:
                return python
            return download(uv, version, env) or python

        lane, python = choose_lane(glibc_version(), wanted, get)
        print(f"install: the {lane} lane into {venv}, with {python.path}", flush=True)
        begun = prepare(folder, venv, lane)
        index = other_index(environ, python.path)
        for command in sync_commands(uv, venv, python.path, index):
            done = subprocess.run(command, env=env, cwd=ROOT, pass_fds=[lock])
            if done.returncode:
                raise InstallError(
                    f"`uv {command[1]}` failed, see its output above; fix the cause "
                    "and run `make install` again"
                )
        finish(ROOT, venv, lane, begun)


if __name__ == "__main__":
    try:
        install(os.environ)
    except InstallError as error:
        sys.exit(f"install: {error}")
    except KeyboardInterrupt:
        print("\ninstall: stopped; `make install` starts again", file=sys.stderr)
        sys.exit(130)
