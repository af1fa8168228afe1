"""A flipped bit is found, whichever file it is in."""

import pytest

from benchmarks.reliability.bit_flips import flips

pytestmark = pytest.mark.slow


def test_every_flip_is_found() -> None:
    assert set(flips(10).values()) == {10}
