"""A run killed in the training and in the push continues to the same model."""

from dataclasses import replace

import pytest

from benchmarks.reliability.kill_points import points
from benchmarks.reliability.kills import kill
from benchmarks.reliability.unbroken import Unbroken

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("node", ["Trainer", "Pusher"])
def test_a_killed_run_continues_to_the_same_model(
    unbroken_run: Unbroken, node: str
) -> None:
    # In the middle of the node.
    point = next(one for one in points(unbroken_run)[1:] if one.node == node)
    seconds = unbroken_run.seconds[node] / 2
    outcome = kill(replace(point, seconds=seconds), unbroken_run)
    assert outcome.is_in_time, outcome
    assert outcome.is_fine, outcome
