"""No request is lost while versions change, and none meets half a model."""

import pytest

from benchmarks.reliability.serving import run

pytestmark = pytest.mark.slow


def test_requests_while_a_version_is_pushed() -> None:
    counts = run(requests=300, pushes=1)
    assert (counts.lost, counts.wrong, counts.backward) == (0, 0, 0)
    assert counts.requests >= 300 and min(counts.versions) > 0
    assert counts.exit_code == 0
