"""Of commands at once on one root one works, and the others name it."""

import pytest

from benchmarks.reliability.together import tried

pytestmark = pytest.mark.e2e


def test_one_works_and_the_others_say_which() -> None:
    outcomes = list(tried([3]))
    assert [one.went_on for one in outcomes] == [1, 1, 1, 1]
    assert [one.refused for one in outcomes] == [2, 1, 1, 0]
    for one in outcomes:
        assert (one.others, one.is_whole, one.lost, one.next_works) == (
            0,
            True,
            0,
            True,
        )
