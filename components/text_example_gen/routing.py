"""Sends batches of rows to their splits, once the texts of all files are known."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import apache_beam as beam

from components.text_example_gen.batches import Batch
from components.text_example_gen.splits import Division
from components.text_example_gen.strata import Strata, Texts, stratify


class Stratify(beam.CombineFn):
    """Texts by class, of many files -> Strata."""

    def __init__(self, division: Division) -> None:
        """Keeps the division.

        Args:
            division: how the files that are divided are divided.
        """
        self._division = division

    def create_accumulator(self) -> dict[int, Texts]:
        """Overrides CombineFn.create_accumulator."""
        return {}

    def add_input(
        self, sums: dict[int, Texts], file: dict[int, Texts]
    ) -> dict[int, Texts]:
        """Overrides CombineFn.add_input."""
        return self.merge_accumulators([sums, file])

    def merge_accumulators(
        self, accumulators: Iterable[dict[int, Texts]]
    ) -> dict[int, Texts]:
        """Overrides CombineFn.merge_accumulators."""
        sums: dict[int, Texts] = defaultdict(Texts)
        for accumulator in accumulators:
            for label, texts in accumulator.items():
                sums[label].merge(texts)
                sums[label].forget(self._division)
        return dict(sums)

    def extract_output(self, sums: dict[int, Texts]) -> Strata:
        """Overrides CombineFn.extract_output."""
        return stratify(sums, self._division)


class Route(beam.DoFn):
    """Batches -> lists of serialized tf.Examples, tagged by split."""

    def process(
        self, batch: Batch, strata: Strata
    ) -> Iterator[beam.pvalue.TaggedOutput]:
        """Sends the rows of one batch to their splits.

        Args:
            batch: the rows.
            strata: which texts move.

        Yields:
            Lists of rows.
        """
        if strata.moved.keys().isdisjoint(batch.hashes):
            yield beam.pvalue.TaggedOutput(batch.split, batch.rows)
            return
        rows: dict[str, list[bytes]] = defaultdict(list)
        for text, row in zip(batch.hashes, batch.rows, strict=True):
            rows[strata.moved.get(text, batch.split)].append(row)
        for split, found in rows.items():
            yield beam.pvalue.TaggedOutput(split, found)
