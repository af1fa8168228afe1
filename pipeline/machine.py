"""Checks the machine: compiler, GPU, disk, memory, folders that must be writable."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FREE_DISK = 2.0
_FREE_MEMORY = 2.0
_GIB = 2**30


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        what: what was checked.
        expected: what a run needs.
        found: what the machine has.
        ok: whether that is enough for a run.
        remedy: what to do if it is not; "" if it is.
    """

    what: str
    expected: str
    found: str
    ok: bool
    remedy: str

    @classmethod
    def of(
        cls, what: str, expected: str, found: str, ok: bool, remedy: str
    ) -> "Finding":
        """Makes a finding that has a remedy only if something is wrong.

        Args:
            what: see the attributes.
            expected: see the attributes.
            found: see the attributes.
            ok: see the attributes.
            remedy: what to do if `ok` is false.

        Returns:
            The finding.
        """
        return cls(what, expected, found, ok, "" if ok else remedy)


def look(home: Path = Path("newsdesk")) -> Iterator[Finding]:
    """Checks the machine.

    Args:
        home: the folder that pipelines write to; it may not exist yet.

    Yields:
        A finding for each check.
    """
    yield _compiler()
    cards = gpus()
    found = f"{cards} NVIDIA" if cards else "none; the CPU is used"
    yield Finding("GPU", "optional", found, True, "")
    folder = _nearest_existing(home)
    yield _disk(folder)
    yield _memory()
    remedy = "make it writable, or choose another folder with --set output.root=FOLDER"
    yield _writable("output folder", folder, remedy)
    yield _temporary()


def _compiler() -> Finding:
    names = (os.environ.get("CXX", ""), "c++", "g++", "clang++")
    found = next((path for name in names if name and (path := shutil.which(name))), "")
    # Only pyfarmhash is built from source, and only during the installation.
    return Finding("C++ compiler", "to install", found or "none", True, "")


def gpus() -> int:
    """Counts the NVIDIA GPUs that the driver shows.

    Returns:
        The number of GPUs; 0 without a driver.
    """
    cards = len(list(Path("/proc/driver/nvidia/gpus").glob("*/information")))
    tool = shutil.which("nvidia-smi")
    if not cards and tool:
        cards = output_of([tool, "-L"], seconds=2).count("GPU ")
    return cards


def output_of(command: list[str], seconds: float) -> str:
    """Runs a program and returns its output.

    Args:
        command: the program and its arguments.
        seconds: the longest time to wait.

    Returns:
        Its standard output, or "" if it failed or took too long.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free / _GIB
    return Finding.of(
        "free disk",
        f">={_FREE_DISK:.0f} GiB",
        f"{free:.1f} GiB",
        free >= _FREE_DISK,
        "free some space, or choose another folder with --set output.root=FOLDER",
    )


def _memory() -> Finding:
    free = free_memory() / _GIB
    return Finding.of(
        "free memory",
        f">={_FREE_MEMORY:.0f} GiB",
        f"{free:.1f} GiB",
        free >= _FREE_MEMORY,
        "end other programs, or give the machine or the container more memory",
    )


def free_memory(group: Path = Path("/sys/fs/cgroup")) -> int:
    """Reads how much memory is free, for the machine or for the container.

    Args:
        group: the folder of the container's limits.

    Returns:
        The free bytes of the machine, or of the container if its limit leaves less.
    """
    free = int(_fields(Path("/proc/meminfo"))["MemAvailable:"]) * 1024
    try:
        limit = int((group / "memory.max").read_text())
        used = int((group / "memory.current").read_text())
        # The kernel counts its file cache as used, but frees it when needed.
        used -= int(_fields(group / "memory.stat")["inactive_file"])
    except (OSError, ValueError):
        return free
    return min(free, limit - used)


def _fields(file: Path) -> dict[str, str]:
    """Maps the first word of each line to the second."""
    return dict(line.split()[:2] for line in file.read_text().splitlines())


def _temporary() -> Finding:
    remedy = "set TMPDIR to a folder that you may write to"
    try:
        folder = tempfile.gettempdir()
    except FileNotFoundError as error:
        return Finding("temporary files", "writable", str(error), False, remedy)
    return _writable("temporary files", Path(folder), remedy)


def _writable(what: str, folder: Path, remedy: str) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            found = str(folder)
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        return Finding(what, "writable", found, False, remedy)
    return Finding(what, "writable", found, True, "")


def _nearest_existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder
