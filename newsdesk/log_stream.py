"""Log handler that lets an interruption through."""

import logging
import sys

from newsdesk.errors import Interrupted


class LogStream(logging.StreamHandler):
    """Writes log lines to a stream, and never swallows a request to stop.

    A signal may raise while a line is being written. The handlers of `logging` print
    every exception of a write and continue, so the work would not stop.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Overrides logging.Handler.handleError, which is called in an except block.

        Args:
            record: the line that was being written.

        Raises:
            Interrupted: a signal interrupted the write.
        """
        if isinstance(sys.exc_info()[1], Interrupted):
            raise
        super().handleError(record)
