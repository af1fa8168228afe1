"""Counts by slice do not depend on the order of rows, and are bounded."""

import random

from components.text_statistics.slices import MOST, Slice, Slices


def test_the_counts_of_a_slice_are_sums() -> None:
    slices = Slices()
    slices.add(["source=mail", "day=1"], Slice(rows=1, tokens=4, unknown=2))
    slices.add(["source=mail"], Slice(rows=1, tokens=1, unknown=0, truncated=1))

    assert slices.found() == {
        "day=1": Slice(rows=1, tokens=4, unknown=2),
        "source=mail": Slice(rows=2, tokens=5, unknown=2, truncated=1),
    }


def test_a_column_of_identifiers_keeps_the_same_values_in_any_order() -> None:
    names = [f"id={number}" for number in range(3 * MOST)] * 2
    found = []
    for seed in range(2):
        here, there = Slices(), Slices()
        for place, name in enumerate(random.Random(seed).sample(names, len(names))):
            (here if place % 3 else there).add([name], Slice(rows=1))
        here.merge(there)
        found.append(here.found())

    assert found[0] == found[1]
    assert len(found[0]) == MOST
    assert {counts.rows for counts in found[0].values()} == {2}
