"""Keeps the terminal clean: the output of libraries goes to a file."""

import contextlib
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

from newsdesk.log_stream import LogStream
from pipeline.terminal.output import Output

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextlib.contextmanager
def captured(log: Path, verbose: bool = False) -> Iterator[Output]:
    """Sends everything written to the standard streams to a file.

    Redirects the file descriptors, because C++ libraries ignore `sys.stdout`.

    Args:
        log: the file that receives the lines.
        verbose: also show the lines on the screen.

    Yields:
        A text stream that still reaches the screen.
    """
    stdout, stderr = sys.stdout, sys.stderr
    stdout.flush()
    stderr.flush()
    is_closed = isinstance(stdout, Output) and stdout.is_closed
    screen = Output(os.dup(1), stdout.encoding, is_owned=True, is_closed=is_closed)
    kept = os.dup(2)
    tee = None
    if verbose:
        # A separate process still prints when this one dies in C++ code. In its own
        # session, it does not get Ctrl-C before the last line. With -p, it still writes
        # the log when the screen is closed.
        tee = subprocess.Popen(
            ["tee", "-p", "-a", str(log)], stdin=subprocess.PIPE, start_new_session=True
        )
        assert tee.stdin is not None
        target = tee.stdin.fileno()
    else:
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    # New streams, so that a write error of the log does not count as one of the screen.
    encoding = stdout.encoding if verbose else "utf-8"
    sys.stdout, sys.stderr = Output(1, encoding), Output(2, encoding)
    handler = LogStream(sys.stderr)
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=_FORMAT)
    logging.captureWarnings(True)
    try:
        with warnings.catch_warnings():
            yield screen
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = stdout, stderr
        # A Python program that ran a pipeline may log later, and not to our stream.
        logging.getLogger().removeHandler(handler)
        logging.captureWarnings(False)
        screen.flush()
        os.dup2(screen.fileno(), 1)
        os.dup2(kept, 2)
        os.close(kept)
        if tee is None:
            os.close(target)
        else:
            assert tee.stdin is not None
            tee.stdin.close()
            tee.wait()
        if isinstance(stdout, Output):
            stdout.inherit(screen)
        screen.close()


@contextlib.contextmanager
def quiet() -> Iterator[Output]:
    """Sends everything written to the standard streams to a temporary file.

    Yields:
        A text stream that still reaches the screen.
    """
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        with captured(Path(log.name)) as screen:
            yield screen
