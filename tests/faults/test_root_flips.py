"""A flipped bit anywhere in a root is found before it is used, and does no harm."""

from pathlib import Path

import pytest

from benchmarks.reliability.flipped_roots import KINDS, Roots
from benchmarks.reliability.root_flips import asked, chosen, judged
from benchmarks.reliability.unbroken import Unbroken

pytestmark = pytest.mark.e2e


def test_flipped_bits_are_found_and_one_root_works(
    tmp_path: Path, unbroken_run: Unbroken
) -> None:
    roots = Roots(unbroken_run, tmp_path)
    found = list(asked(roots.flips(10 * len(KINDS)), roots))
    assert all(one.is_fine for one in found), found
    assert sum(one.answer == "found" for one in found) >= 5 * len(KINDS)
    # A checkpoint, because only a run shows that the training continues without it.
    flip = next(
        one for one in chosen(found, len(KINDS)) if one.flip.kind == "checkpoints"
    )
    outcome = judged(flip, roots)
    assert outcome.is_fine, outcome
