"""Limits the log lines of a container, for the sake of the cluster's log store."""

import logging
import sys
import time
from collections.abc import Callable

from newsdesk.log_stream import LogStream


def start() -> None:
    """Sends Newsdesk's log to the standard error stream, at most a line per second.

    Only warnings and errors of TFX, Beam and TensorFlow are logged.
    """
    handler = LogStream(sys.stderr)
    handler.addFilter(Thinned())
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.WARNING,
        handlers=[handler],
        force=True,
    )
    logging.getLogger("newsdesk").setLevel(logging.INFO)


class Thinned(logging.Filter):
    """Passes one line per second, and every warning, error and end of an epoch.

    Args:
        clock: gives the seconds since some fixed time.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._last = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Overrides logging.Filter.filter."""
        now = self._clock()
        is_rare = record.levelno >= logging.WARNING or _ends_an_epoch(record)
        if not is_rare and now - self._last < 1.0:
            return False
        self._last = now
        return True


def _ends_an_epoch(record: logging.LogRecord) -> bool:
    return getattr(record, "progress", {}).get("eval_accuracy") is not None
