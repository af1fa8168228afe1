"""Three of the twelve bad candidates: one measured, one compared, one harmed."""

from dataclasses import replace

import pytest

from benchmarks.reliability.candidates import Range
from benchmarks.reliability.spoiling import CANDIDATES
from newsdesk.published import manifest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def range_(tmp_path_factory: pytest.TempPathFactory) -> Range:
    """A model in service that has learned 500 names."""
    return Range(tmp_path_factory.mktemp("range"), count=500)


@pytest.mark.parametrize(
    ("name", "code"),
    [("NaN weights", 3), ("another label set", 4), ("a corrupted baseline", 4)],
)
def test_a_bad_candidate_is_not_pushed_and_the_refusal_says_why(
    range_: Range, name: str, code: int
) -> None:
    (candidate,) = (one for one in CANDIDATES if one.name == name)
    found = range_.run(candidate)
    assert (found.code, found.pushed) == (code, None)
    assert found.is_named, found.refusal


def test_another_label_set_is_pushed_for_a_reason_which_is_recorded(
    range_: Range,
) -> None:
    (candidate,) = (one for one in CANDIDATES if one.name == "another label set")
    reason = ("--accept-new-baseline", "Sports are called Games now")
    found = range_.run(replace(candidate, words=(*candidate.words, *reason)))
    assert found.code == 0, found.refusal
    assert found.pushed is not None
    origin = manifest.verify(found.pushed).origin
    assert origin.accepted == "Sports are called Games now"
    assert origin.labels[1] == "Games"
