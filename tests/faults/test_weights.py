"""Weights are equal only if every bit is, whatever the graph looks like."""

from pathlib import Path

import pytest

from benchmarks.reliability import weights
from tests.support import model


@pytest.mark.slow
def test_weights_are_compared_bit_by_bit(tmp_path: Path) -> None:
    model.export(tmp_path / "one", scale=0.1)
    model.export(tmp_path / "same", scale=0.1, chosen="argmin")
    model.export(tmp_path / "next", scale=0.10000001)
    digest = weights.of_model(tmp_path / "one")
    assert weights.of_model(tmp_path / "same") == digest
    assert weights.of_model(tmp_path / "next") != digest
