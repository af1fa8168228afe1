"""Lines are returned as soon as they arrive, in limited memory."""

import io
import os
import tracemalloc

from pipeline.predict.line_reader import LONGEST, Pause, TooLong, read_lines


def test_lines_of_a_slow_pipe_are_not_delayed() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb", buffering=0) as pipe:
        lines = read_lines(stream)
        assert next(lines) == Pause()
        pipe.write(b"one\ntwo\nthr")
        assert [next(lines), next(lines), next(lines)] == [b"one", b"two", Pause()]
        pipe.write(b"ee\n")
        assert next(lines) == b"three"
        pipe.close()
        assert [one for one in lines if one != Pause()] == []


def test_a_file_has_no_pauses() -> None:
    with open(__file__, "rb") as stream:
        found = list(read_lines(stream))
    with open(__file__, "rb") as stream:
        assert found == stream.read().splitlines()


def test_the_last_line_needs_no_end() -> None:
    assert list(read_lines(io.BytesIO(b"\na"))) == [b"", b"a"]


def test_the_content_of_a_too_long_line_is_dropped() -> None:
    fits, over = b"f" * LONGEST, b"o" * (LONGEST + 1)
    stream = io.BytesIO(b"\n".join([fits, over, b"next", over]))
    assert list(read_lines(stream)) == [fits, TooLong(), b"next", TooLong()]


def test_memory_does_not_grow_with_a_line() -> None:
    class Endless(io.BytesIO):
        left = 100 * LONGEST

        def read1(self, size: int | None = -1) -> bytes:
            assert size
            self.left -= size
            return b"x" * size if self.left >= 0 else b""

    tracemalloc.start()
    try:
        assert list(read_lines(Endless())) == [TooLong()]
        assert tracemalloc.get_traced_memory()[1] < 4 * LONGEST
    finally:
        tracemalloc.stop()
