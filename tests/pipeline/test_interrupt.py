"""The first signal raises an ordinary error, the second has its default effect."""

import errno
import os
import signal
import threading

import pytest

from newsdesk.errors import ExitCode, Interrupted
from pipeline.interrupt import interruptible
from pipeline.terminal.output import Output

pytestmark = pytest.mark.usefixtures("default_sighup")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_becomes_an_error(number: signal.Signals) -> None:
    with pytest.raises(Interrupted) as caught, interruptible():
        os.kill(os.getpid(), number)
    assert caught.value.exit_code == ExitCode.INTERRUPTED


@pytest.mark.usefixtures("default_sigint")
def test_the_second_signal_has_the_default_effect() -> None:
    with interruptible() as came:
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert came == [signal.SIGINT]


def test_a_closing_terminal_may_send_sighup_twice() -> None:
    with pytest.raises(Interrupted), interruptible():
        os.kill(os.getpid(), signal.SIGHUP)
    os.kill(os.getpid(), signal.SIGHUP)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("default_sigint")
def test_a_first_signal_after_the_work_raises_nothing(number: signal.Signals) -> None:
    with interruptible() as came:
        came.is_over = True
        os.kill(os.getpid(), number)
    assert came == []


def test_what_nohup_ignores_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interruptible() as came:
        os.kill(os.getpid(), signal.SIGHUP)
    assert came == []


def test_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_pipe_without_a_reader_does_not_delay_the_end() -> None:
    reading, writing = os.pipe()
    screen = Output(writing, is_owned=True)
    # Should the write block after all, closing the reader ends the test.
    rescue = threading.Timer(20, os.close, [reading])
    rescue.start()
    killer = threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGTERM])
    killer.start()
    with pytest.raises(Interrupted), interruptible():
        while True:
            screen.write("a full pipe blocks this\n" * 1000)
    print("the run was interrupted", file=screen)
    screen.close()
    assert screen.broke is not None and screen.broke.errno == errno.ETIMEDOUT
    rescue.cancel()
    os.close(reading)


def test_a_reader_gets_what_is_written_after_a_signal() -> None:
    reading, writing = os.pipe()
    screen = Output(writing, is_owned=True)
    with pytest.raises(Interrupted), interruptible():
        os.kill(os.getpid(), signal.SIGTERM)
    print("the run was interrupted", file=screen)
    screen.close()
    with open(reading) as whole:
        assert whole.read() == "the run was interrupted\n"
