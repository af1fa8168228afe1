"""A reader never sees half a version, and no model replaces another unseen."""

import pytest

from benchmarks.reliability.pushes import run

pytestmark = pytest.mark.slow


def test_pushes_under_a_reader() -> None:
    counts = run(pushes=14, kills=2)
    assert (counts.half, counts.uncompared, counts.left) == (0, 0, 0)
    # Of those at once one is published, and the others are refused.
    assert counts.loaded == counts.published >= 4
    assert counts.refused + counts.published + counts.killed >= 14
