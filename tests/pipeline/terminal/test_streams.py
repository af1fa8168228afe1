"""Broken or full streams, or missing characters, raise nothing; the error is kept."""

import errno
import io
import os
import pty
import termios
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from newsdesk.errors import ExitCode, NewsdeskError
from pipeline.terminal import output
from pipeline.terminal.output import Output
from pipeline.terminal.streams import answer, require_written, say


@pytest.fixture
def unread() -> Iterator[int]:
    """The writing end of a pipe without a reader."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def _full() -> Output:
    return Output(os.open("/dev/full", os.O_WRONLY), is_owned=True)


def test_a_broken_pipe_ends_a_command_silently(unread: int) -> None:
    stream = Output(unread)
    print("a line", file=stream)
    assert stream.broke is not None and stream.broke.errno == errno.EPIPE
    with pytest.raises(SystemExit) as ended:
        require_written(stream)
    assert ended.value.code == ExitCode.FAILED


def test_a_full_disk_is_one_sentence() -> None:
    with pytest.raises(NewsdeskError, match="standard output .* No space left"):
        answer("a line", _full())


def test_output_to_a_closed_stream_is_an_error(tmp_path: Path) -> None:
    file = os.open(tmp_path / "other", os.O_WRONLY | os.O_CREAT)
    with pytest.raises(NewsdeskError, match="it is closed"):
        answer("a line", Output(file, is_owned=True, is_closed=True))
    assert (tmp_path / "other").read_bytes() == b""


def test_a_message_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = _full()
    monkeypatch.setattr("sys.stdout", stream)
    say("done")
    assert stream.broke is not None and not stream.lost
    require_written()


def test_output_before_an_error_is_kept(tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as file:
        stream = Output(file.fileno())
        answer("one [b]\n\x1b", stream)
    assert (tmp_path / "out").read_text() == "one [b]\n\\x1b\n"


def test_marks_and_letters_that_an_encoding_lacks(tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as file:
        stream = Output(file.fileno(), encoding="latin-1")
        print("✓ ✗ … é 中 \udcff", file=stream)
        table = Table("head")
        table.add_row("✓")
        Console(file=stream, width=20).print(table)
    shown = (tmp_path / "out").read_bytes().decode("latin-1")
    assert shown.startswith("+ x ~ é \\u4e2d \\udcff\n")
    assert "+" in shown and "┃" not in shown


def test_a_slow_reader_gets_all_output() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    text = "x" * 300_000
    got = io.BytesIO()

    def read() -> None:
        with open(reading, "rb") as stream:
            got.write(stream.read())

    reader = threading.Thread(target=read)
    reader.start()
    with Output(writing, is_owned=True) as stream:
        answer(text, stream)
    reader.join()
    assert got.getvalue() == text.encode() + b"\n"


@pytest.mark.parametrize("kind", ["pipe", "terminal"])
def test_optional_output_without_a_reader_is_dropped(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(output, "SECONDS_IF_OPTIONAL", 0.1)
    monkeypatch.setattr(output, "SECONDS_BETWEEN_LOOKS", 0.05)
    reading, writing = os.pipe() if kind == "pipe" else pty.openpty()
    if kind == "terminal":
        # What Ctrl-S does.
        termios.tcflow(writing, termios.TCOOFF)
    with Output(writing, is_owned=True) as stream:
        with stream.optional():
            for _ in range(3):
                print("x" * 100_000, file=stream)
        assert isinstance(stream.broke, TimeoutError)
        assert not stream.lost
    os.close(reading)
