"""Turns any exception into one sentence and an exit code."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path

from newsdesk.errors import DataError, ExitCode, GateError, NewsdeskError

# Beam adds its step to messages, and worker processes send an error only as text.
_STEP = re.compile(r"\s*\[while running [^\]]*\]\s*$")
_CARRIED = re.compile(r"newsdesk\.errors\.(DataError|GateError): (.+)")
_RAISED = re.compile(r"[A-Za-z_][\w.]*(Error|Exception)\b.*")
_DISK_FULL = re.compile(r"No space left on device|disk is full|ENOSPC", re.IGNORECASE)
_READ_ONLY = re.compile(r"Read-only file system|readonly database", re.IGNORECASE)
_CODES: dict[str, ExitCode] = {
    kind.__name__: kind.exit_code for kind in (DataError, GateError)
}


def explain(error: BaseException, root: Path) -> tuple[str, ExitCode]:
    """Explains an exception to the user who started the run.

    Args:
        error: the exception.
        root: the folder that the run writes to.

    Returns:
        One sentence without a traceback, and the exit code that belongs to it.
    """
    if isinstance(error, KeyboardInterrupt):
        return "stopped on request", ExitCode.INTERRUPTED
    if isinstance(error, SystemExit):
        return (
            f"a library ended the run with exit code {error.code}; see the end of the "
            "log for its last output",
            ExitCode.FAILED,
        )
    for cause in chain(error):
        if isinstance(cause, NewsdeskError):
            return _STEP.sub("", str(cause)), cause.exit_code
        if carried := _CARRIED.search(str(cause)):
            return _STEP.sub("", carried[2]), _CODES[carried[1]]
    for cause in chain(error):
        is_full = isinstance(cause, OSError) and cause.errno == errno.ENOSPC
        if is_full or _DISK_FULL.search(str(cause)):
            return (
                f"the disk that holds {root} is full; free some space, or choose "
                "another folder with --set output.root=FOLDER, and run again",
                ExitCode.FAILED,
            )
        # SQLite raises this in the middle of a query, without the name of the file.
        if found := _READ_ONLY.search(str(cause)):
            where = getattr(cause, "filename", None) or root
            return (
                f"{where}: cannot be written: {found[0]}; make it writable, or choose "
                "another folder with --set output.root=FOLDER, and run again",
                ExitCode.FAILED,
            )
    return _of_library(error), ExitCode.FAILED


def _of_library(error: BaseException) -> str:
    """Shortens an error of a class that is not ours."""
    # Only remote runners use gRPC, so it is not imported here.
    if type(error).__module__.startswith("grpc.") and hasattr(error, "details"):
        return (
            f"the connection to Beam's job server broke: {error.details()}; check that "
            "the job server and the workers run, and run again"
        )
    lines = str(error).strip().splitlines() or [""]
    if lines[0].endswith("Traceback (most recent call last):"):
        raised = [line for line in lines if _RAISED.fullmatch(line)]
        if raised:
            return f"a worker of Beam failed: {_STEP.sub('', raised[-1])}"
    return f"{type(error).__name__}: {_STEP.sub('', lines[0])}"


def is_of_data(error: BaseException) -> bool:
    """Decides whether a gate refused the data, and would refuse the same data again.

    Args:
        error: the exception.

    Returns:
        False for other errors with the exit code of a gate: a store that cannot be
        reached, a full disk, a machine that is too busy.
    """
    return any(
        isinstance(cause, GateError)
        or ((carried := _CARRIED.search(str(cause))) and carried[1] == "GateError")
        for cause in chain(error)
    )


def chain(error: BaseException) -> Iterator[BaseException]:
    """Lists an error and its causes.

    Args:
        error: the exception.

    Yields:
        The error, then its cause or its context, and so on.
    """
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
