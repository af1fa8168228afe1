"""The first signal is an ordinary error, the second is the system's own."""

import os
import signal

import pytest

from pipeline.errors import ExitCode, Interrupted
from pipeline.interrupt import interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_becomes_an_error(number: signal.Signals) -> None:
    with pytest.raises(Interrupted) as caught, interruptible():
        os.kill(os.getpid(), number)
    assert caught.value.exit_code == ExitCode.INTERRUPTED


@pytest.mark.usefixtures("default_sigint")
def test_the_second_one_is_the_default() -> None:
    with interruptible() as came:
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert came == [signal.SIGINT]


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
