"""A new user's first commands on own data succeed, or say what to do.

`python -m benchmarks.own_data` runs the pipeline on all data sets.
"""

from pathlib import Path

import pytest

from tests.support.newcomer import attempt, prepare
from tests.support.own_data import DATA_SETS


@pytest.mark.slow
@pytest.mark.parametrize("name", DATA_SETS)
def test_init_writes_what_check_accepts(name: str, tmp_path: Path) -> None:
    found = prepare(DATA_SETS[name], tmp_path)
    assert found.refusals == []
    assert found.checked["problems"] == []


@pytest.mark.e2e
def test_unbalanced_labels_in_several_languages_are_pushed(tmp_path: Path) -> None:
    found = attempt(DATA_SETS["languages"], tmp_path)
    assert found.refusals == []
    assert found.is_pushed
    assert found.answers[0]["label"] == DATA_SETS["languages"].label


@pytest.mark.e2e
@pytest.mark.parametrize("name", ["ham", "twenty"])
def test_hard_data_is_pushed_or_refused_with_a_way_on(
    name: str, tmp_path: Path
) -> None:
    found = attempt(DATA_SETS[name], tmp_path)
    assert all(step.says_what_to_do for step in found.refusals), found.steps
    assert found.is_pushed or found.refusals
    if found.checked["exit_code"]:
        assert found.refusals[0].code == found.checked["exit_code"]
    if found.is_pushed:
        assert found.answers[0]["label"] == DATA_SETS[name].label
