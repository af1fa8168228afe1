"""A run killed in Transform, in the training and in the push goes on."""

from pathlib import Path

import pytest

from tests.faults.kills import points, survive
from tests.first_run import FirstRun

pytestmark = pytest.mark.e2e


def test_killed_runs_go_on_to_the_same_result(
    tmp_path: Path, first_run: FirstRun
) -> None:
    _, middles, _, _ = points(first_run)
    nodes = ("Transform", "Trainer", "Pusher")
    chain = [one for one in middles if one.node in nodes]
    outcome = survive(chain, tmp_path / "killed", first_run)
    assert outcome.went_on
    assert sum(one.was_in_time for one in outcome.kills) >= 2
    assert sum(one.half_published + one.lost for one in outcome.kills) == 0
