"""Whatever happens to a schedule, no interval is trained on twice."""

import pytest

from benchmarks.reliability.sixty_days import run

pytestmark = pytest.mark.slow


def test_forty_of_the_sixty_days() -> None:
    found = run(days=40, seeds=1)
    assert len(found) == 12
    for counts in found:
        assert (counts.twice, counts.overlapping, counts.vanished) == (0, 0, 0)
        assert counts.wrong_alarms == 0
        assert (counts.missed == 0) == counts.catchup
        assert len(counts.trained) >= 15
    assert sum(counts.refused for counts in found) >= 10
    assert sum(counts.alarms for counts in found) >= 10
