"""Log lines of a container: few enough for a cluster's log store."""

import logging
import sys
import time
from collections.abc import Callable


def start() -> None:
    """Sends the program's own lines to the standard error stream, thinned out.

    Of TFX, Beam and TensorFlow only warnings and errors are told.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Thinned())
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s",
        level=logging.WARNING,
        handlers=[handler],
        force=True,
    )
    logging.getLogger("newsdesk").setLevel(logging.INFO)


class Thinned(logging.Filter):
    """Lets one line a second pass, and every warning, error and end of an epoch.

    Args:
        clock: seconds since any moment.
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
