"""A run killed in Transform, in the training and in the push goes on."""

import pytest

from tests.faults.kills import kills

pytestmark = pytest.mark.e2e


def test_killed_runs_go_on_to_the_same_result() -> None:
    outcomes = list(kills(3, workers=1))
    assert [one.went_on for one in outcomes] == [True] * 3
    assert sum(one.was_killed for one in outcomes) >= 2
    assert sum(one.half_published + one.lost for one in outcomes) == 0
