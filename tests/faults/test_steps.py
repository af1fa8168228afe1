"""Random steps of roots, publishers, gc and rollback keep every invariant."""

import pytest

from benchmarks.reliability.steps import run

pytestmark = pytest.mark.slow


def test_every_invariant_holds() -> None:
    # Hypothesis chooses other steps in other releases, with the same seed, too.
    counts = run(steps=200, first_seed=5)
    assert {"kills", "rollbacks", "runs", "versions"} <= counts.keys()
