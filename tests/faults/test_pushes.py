"""A reader never sees half a version, and no two publishers share one."""

import pytest

from tests.faults.pushes import run

pytestmark = pytest.mark.slow


def test_pushes_under_a_reader() -> None:
    counts = run(pushes=13, kills=2)
    assert (counts.failed, counts.collisions) == (0, 0)
    assert counts.loaded == counts.published >= 10
    assert counts.published <= 13
