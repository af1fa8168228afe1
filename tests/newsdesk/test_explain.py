"""Whatever a run raises ends as one sentence with the right exit code."""

import errno
from pathlib import Path

import grpc
import pytest

from newsdesk.errors import DataError, ExitCode, GateError
from newsdesk.explain import explain
from pipeline.interrupt import Interrupted


def _wrapped(outer: Exception, inner: Exception) -> Exception:
    try:
        raise outer from inner
    except Exception as error:
        return error


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (GateError("10% bad rows"), "10% bad rows", ExitCode.STOPPED_BY_GATE),
        (
            DataError("a.csv: empty [while running 'Read/Rows']"),
            "a.csv: empty",
            ExitCode.FAILED,
        ),
        (
            _wrapped(RuntimeError("node failed"), GateError("10% bad rows")),
            "10% bad rows",
            ExitCode.STOPPED_BY_GATE,
        ),
        (
            RuntimeError("Traceback\nnewsdesk.errors.DataError: a.csv: empty\n"),
            "a.csv: empty",
            ExitCode.FAILED,
        ),
        (
            RuntimeError(
                "Pipeline failed: Traceback (most recent call last):\n"
                '  File "a.py", line 1, in f\nKeyError: 1\n\nDuring ...\n'
                "apache.Wrapped.OSError: no route [while running 'Read/Rows']\n"
            ),
            "a worker of Beam failed: apache.Wrapped.OSError: no route",
            ExitCode.FAILED,
        ),
        (Interrupted("stopped on request"), "stopped on request", 130),
        (
            SystemExit(3),
            "a library ended the run with exit code 3; see the end of the log for its "
            "last output",
            ExitCode.FAILED,
        ),
        (KeyboardInterrupt(), "stopped on request", ExitCode.INTERRUPTED),
        (ValueError("odd\nsecond line"), "ValueError: odd", ExitCode.FAILED),
    ],
)
def test_sentences(error: BaseException, sentence: str, code: ExitCode) -> None:
    assert explain(error, Path("/root")) == (sentence, code)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("mlmd: database or disk is full"),
        _wrapped(RuntimeError("x"), OSError(errno.ENOSPC, "full")),
    ],
)
def test_a_full_disk_is_called_that(error: Exception) -> None:
    sentence, code = explain(error, Path("/small"))
    assert "the disk that holds /small is full" in sentence
    assert code == ExitCode.FAILED


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.EROFS, "Read-only file system", "/root/runs"),
            "/root/runs: cannot be written: Read-only file system; make it writable",
        ),
        (
            RuntimeError("mlmd: attempt to write a readonly database query: INSERT"),
            "/root: cannot be written: readonly database; make it writable",
        ),
        (
            _wrapped(RuntimeError("x"), OSError(errno.EROFS, "Read-only file system")),
            "/root: cannot be written: Read-only file system; make it writable",
        ),
    ],
)
def test_a_place_that_cannot_be_written_is_called_that(
    error: Exception, told: str
) -> None:
    sentence, code = explain(error, Path("/root"))
    assert sentence.startswith(f"{told}, or choose another folder")
    assert code == ExitCode.FAILED


def test_a_job_server_that_is_gone_is_named() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as channel:
        call = channel.unary_unary("/x/Y")
        with pytest.raises(grpc.RpcError) as caught:
            call(b"", timeout=5)
    sentence, code = explain(caught.value, Path("/out"))
    assert sentence.startswith("the connection to Beam's job server broke: ")
    assert "check that the job server and the workers run" in sentence
    assert code == ExitCode.FAILED
