"""A request to stop ends the work, even while a log line is being written."""

import io
import logging

import pytest

from newsdesk.errors import Interrupted
from newsdesk.log_stream import LogStream


class _Stream(io.StringIO):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def write(self, _: str) -> int:
        raise self._error


def _log_to(stream: io.StringIO) -> None:
    LogStream(stream).handle(logging.makeLogRecord({"msg": "step 3"}))


def test_an_interruption_is_passed_on() -> None:
    with pytest.raises(Interrupted):
        _log_to(_Stream(Interrupted("stopped on request")))


def test_other_errors_are_reported_and_the_work_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _log_to(_Stream(ValueError("no such encoding")))
    assert "no such encoding" in capsys.readouterr().err
