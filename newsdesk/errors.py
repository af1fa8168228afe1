"""Errors with a message for the user and an exit code."""

import re
import shutil
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """Exit codes of `newsdesk run`."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NOT_GOOD_ENOUGH = 3
    STOPPED_BY_GATE = 4
    LOCKED = 5
    INTERRUPTED = 130


class NewsdeskError(Exception):
    """Base class of expected errors: says what is wrong, where, and what to do.

    Args:
        *args: the sentence. It may contain a file name that is not UTF-8.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, *args: object) -> None:
        super().__init__(
            *(printable(arg) if isinstance(arg, str) else arg for arg in args)
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
    """Kubeflow Pipelines cannot be reached, or cannot do what was requested."""


class RunFailed(NewsdeskError):
    """A run on the cluster did not succeed.

    Args:
        code: the exit code that `newsdesk run` would have.
        sentence: how the run ended.
    """

    def __init__(self, code: ExitCode, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = code


class IntervalTaken(NewsdeskError):
    """Another run has processed the interval of this run, or is processing it."""

    exit_code = ExitCode.LOCKED


class Interrupted(NewsdeskError):
    """The user or the system asked the run to stop.

    An ordinary Exception, unlike KeyboardInterrupt, because TFX's launcher then removes
    the outputs of the unfinished node and marks it as failed.
    """

    exit_code = ExitCode.INTERRUPTED


def printable(text: str) -> str:
    """Escapes what UTF-8 cannot encode, so that any screen, log or file can show it.

    Args:
        text: any text; Python decodes bytes that are not UTF-8 as surrogate escapes.

    Returns:
        The text; such bytes are shown as \\xNN, other lone surrogates as \\uNNNN.
    """
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = text.encode("utf-8", "backslashreplace")
    return raw.decode("utf-8", "backslashreplace")


def first_fault(error: Any) -> str:
    """Formats the first fault that pydantic found.

    Args:
        error: a `pydantic.ValidationError`.

    Returns:
        The dotted key, and what is wrong with it.
    """
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"]) or "the file"
    return f"{key}: {fault['msg'].removeprefix('Value error, ')}"


def first_line(error: BaseException) -> str:
    """Shortens the message of a library to its first line.

    Args:
        error: an error of any class, because every library of object stores has its
            own.

    Returns:
        The first line, or the name of the class if there is no message.
    """
    return str(error).strip().partition("\n")[0] or type(error).__name__


def reason(error: OSError) -> str:
    """Finds the reason of the operating system in an error.

    Args:
        error: any; `shutil.copytree` collects the errors of many files in one.

    Returns:
        Why the first file failed, without its name and the number of the error.
    """
    words = error.strerror or str(error)
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        words = str(error.args[0][0][2])
    # copytree keeps only texts such as "[Errno 28] No space left on device: NAME".
    return re.sub(r"^\[Errno \d+\] ([^:]+).*", r"\1", words)
