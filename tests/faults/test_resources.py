"""A full disk, a read-only folder, no network: told in a sentence, and nothing lost."""

from collections.abc import Iterator

import pytest

from benchmarks.reliability.resources import Outcome, full_disks, read_only
from benchmarks.reliability.small_root import Place, prepared
from tests.support import mounts
from tests.support.first_run import FirstRun

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def place(first_run: FirstRun) -> Iterator[Place]:
    """A root on a small file system."""
    if reason := mounts.reason_against():
        pytest.skip(reason)
    with prepared(first_run) as found:
        yield found


def _assert_fine(outcome: Outcome) -> None:
    assert outcome.is_named, outcome
    assert outcome.is_untouched, outcome
    assert outcome.next_works, outcome


def test_a_disk_that_is_full_in_the_push_leaves_what_is_in_service(
    place: Place,
) -> None:
    (outcome,) = full_disks(place, ["Pusher"])
    _assert_fine(outcome)


def test_a_read_only_root_is_named(place: Place) -> None:
    (outcome,) = read_only(place, ["."])
    _assert_fine(outcome)
