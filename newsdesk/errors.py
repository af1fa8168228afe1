"""Errors that a person reads: one sentence, and the exit code it ends with."""

import re
import shutil
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What `newsdesk run` ends with."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NOT_GOOD_ENOUGH = 3
    STOPPED_BY_GATE = 4
    LOCKED = 5
    INTERRUPTED = 130


class NewsdeskError(Exception):
    """Says what happened, where, and what to do about it.

    Args:
        *args: the sentence. It may name a file whose name is not UTF-8.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, *args: object) -> None:
        super().__init__(
            *(printable(one) if isinstance(one, str) else one for one in args)
        )


class ConfigError(NewsdeskError):
    """The configuration or the command line cannot be used."""

    exit_code = ExitCode.WRONG_USAGE


class DataError(NewsdeskError):
    """The data cannot be read at all."""


class GateError(NewsdeskError):
    """The data can be read, but must not be trained on."""

    exit_code = ExitCode.STOPPED_BY_GATE


class ModelError(NewsdeskError):
    """A model must not be loaded, compared with or published."""

    exit_code = ExitCode.STOPPED_BY_GATE


class NotGoodEnough(NewsdeskError):
    """The run did its work, and its model was not pushed."""

    exit_code = ExitCode.NOT_GOOD_ENOUGH


class Withdrawn(NotGoodEnough):
    """The model was rolled back from, so it was not pushed again."""


class Locked(NewsdeskError):
    """Another process works on the same folder."""

    exit_code = ExitCode.LOCKED


class ClusterError(NewsdeskError):
    """Kubeflow Pipelines cannot be reached, or does not do what it was asked for."""


class RunFailed(NewsdeskError):
    """A run on the cluster ended otherwise than well.

    Args:
        code: what `newsdesk run` would have ended with.
        sentence: how the run ended.
    """

    def __init__(self, code: ExitCode, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = code


class IntervalTaken(NewsdeskError):
    """Another run has had the interval of this one, or is at it."""

    exit_code = ExitCode.LOCKED


class Interrupted(NewsdeskError):
    """A person or the system asked the run to stop.

    An ordinary Exception, unlike KeyboardInterrupt: TFX's launcher then removes the
    outputs of the unfinished node and marks it as failed.
    """

    exit_code = ExitCode.INTERRUPTED


def printable(text: str) -> str:
    """Makes text that every screen, log and file in UTF-8 can take.

    Args:
        text: any; bytes of a file name that are not UTF-8 are surrogate escapes.

    Returns:
        The text; such bytes are shown as \\xNN, other lone surrogates as \\uNNNN.
    """
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")


def first_fault(error: Any) -> str:
    """Says in words what pydantic found first.

    Args:
        error: a `pydantic.ValidationError`.

    Returns:
        The key, dotted, and what is wrong with it.
    """
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"]) or "the file"
    return f"{key}: {fault['msg'].removeprefix('Value error, ')}"


def first_line(error: BaseException) -> str:
    """Shortens what a library says in many lines.

    Args:
        error: of any class; libraries of object stores raise each its own.

    Returns:
        The first line, or the name of the class where it says nothing.
    """
    return str(error).strip().partition("\n")[0] or type(error).__name__


def reason(error: OSError) -> str:
    """Finds the system's words in an error.

    Args:
        error: any; `shutil.copytree` gathers those of many files in one.

    Returns:
        Why the first file failed, without its name and the number of the error.
    """
    words = error.strerror or str(error)
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        words = str(error.args[0][0][2])
    return re.sub(r"^\[Errno \d+\] ([^:]+).*", r"\1", words)
