"""The exported model classifies any string."""

from pathlib import Path

import pytest

from benchmarks.reliability.fuzz import fuzz

pytestmark = pytest.mark.e2e


def test_the_exported_signature_answers_to_any_string(sample_root: Path) -> None:
    found = fuzz(max(sample_root.glob("serving/[0-9]*")), 3000)
    assert found.strings >= 3000
    assert (found.crashes, found.nan, found.sums, found.others) == (0, 0, 0, 0)
    assert found.difference < 1e-4
