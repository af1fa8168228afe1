"""Numbers are written as people read them."""

import math
from collections.abc import Callable

import pytest

from newsdesk.report import numbers


@pytest.mark.parametrize(
    ("shape", "value", "text"),
    [
        (numbers.figure, 0.91561, "0.9156"),
        (numbers.figure, None, "–"),
        (numbers.figure, math.nan, "not finite"),
        (numbers.signed, 0.0123, "+0.0123"),
        (numbers.signed, -0.0123, "−0.0123"),
        (numbers.signed, None, "–"),
        (numbers.share, 0.9161, "91.6%"),
        (numbers.share, math.inf, "not finite"),
        (numbers.count, 1234567, "1,234,567"),
        (numbers.tick, 0.25, "0.25"),
        (numbers.tick, 2000.0, "2,000"),
        (numbers.tick, 3e-4, "3e-4"),
        (numbers.tick, 1.5e-5, "1.5e-5"),
        (numbers.tick, 0.0, "0"),
        (numbers.duration, 0.84, "0.8 s"),
        (numbers.duration, 125.2, "2 min 5 s"),
        (numbers.duration, 11_550, "3 h 12 min"),
        (numbers.memory, 512_000_000, "512 MB"),
        (numbers.memory, 1_440_000_000, "1.4 GB"),
        (numbers.memory, None, "–"),
    ],
)
def test_numbers(shape: Callable[..., str], value: float | None, text: str) -> None:
    assert shape(value) == text
