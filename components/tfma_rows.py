"""TFMA's result files, computed from the rows that Predictions wrote.

TFMA's own metrics take one row at a time, and would run the model again. Here, each
element has the sums over all rows of one slice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types

from components import predictions
from newsdesk.evaluation.confusion import Array, Counts
from newsdesk.evaluation.tested_rows import TestedRows, by_value
from newsdesk.evaluation.tfma_config import ACCURACY, LOSS, MACRO_F1, METRICS, ROWS

_SUMS = "sums"
SliceKey = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sums:
    """Sums over some rows.

    Attributes:
        loss: the sum of the cross entropies, in nats.
        counts: rows by class, see `Counts`.
    """

    loss: float
    counts: Counts

    @classmethod
    def of(cls, rows: TestedRows, chosen: Array, classes: int) -> "Sums":
        """Adds rows up.

        Args:
            rows: the tested rows.
            chosen: the numbers of some of them, int64.
            classes: the number of classes.

        Returns:
            The sums of the candidate.
        """
        found = rows.candidate.classes[chosen]
        return cls(
            float(rows.candidate.losses[chosen].sum()),
            Counts.of(rows.label[chosen], found, classes),
        )

    def __add__(self, other: "Sums") -> "Sums":
        """Sums over the rows of both."""
        mine, its = self.counts, other.counts
        return Sums(
            self.loss + other.loss,
            Counts(
                mine.hits + its.hits,
                mine.actual + its.actual,
                mine.predicted + its.predicted,
            ),
        )

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics by name, see `tfma_config`."""
        rows = int(self.counts.actual.sum())
        return {
            ROWS: float(rows),
            ACCURACY: float(self.counts.hits.sum()) / max(rows, 1),
            LOSS: self.loss / max(rows, 1),
            MACRO_F1: float(self.counts.macro_f1),
        }


class RowMetrics(metric_types.Metric):
    """The metrics of `Sums.metrics`, for TFMA."""

    def __init__(self, name: str = "row_metrics") -> None:
        """Sets up the metric.

        Args:
            name: TFMA's name of the whole; the values have names of their own.
        """
        super().__init__(_computations, name=name)


metric_types.register_metric(RowMetrics)


def by_slice(rows: TestedRows, classes: int) -> Iterator[tuple[SliceKey, Sums]]:
    """Adds up all rows, and the rows of each slice.

    Args:
        rows: the tested rows.
        classes: the number of classes.

    Yields:
        TFMA's key of a slice, and its sums; all rows first.
    """
    yield (), Sums.of(rows, np.arange(len(rows.label)), classes)
    for column, values in rows.slices.items():
        for value, chosen in by_value(values).items():
            yield ((column, value),), Sums.of(rows, chosen, classes)


def evaluate(
    pipeline: beam.Pipeline,
    folder: Path,
    classes: int,
    # Quoted, because threads of a Beam worker may import this module while another one
    # is still importing TFMA.
    eval_config: "tfma.EvalConfig",
    output: str,
) -> None:
    """Writes TFMA's result files.

    Args:
        pipeline: to which the steps are added.
        folder: of a RowPredictions artifact.
        classes: the number of classes.
        eval_config: from `tfma_config.eval_config`.
        output: the folder of the result.
    """
    extractor = tfma.extractors.Extractor(
        # The evaluator of TFMA must come after a stage of this name.
        stage_name=tfma.extractors.SLICE_KEY_EXTRACTOR_STAGE_NAME,
        ptransform=beam.FlatMap(_extracts, classes),
    )
    _ = (
        pipeline
        | "Folder" >> beam.Create([{tfma.INPUT_KEY: str(folder)}])
        | "Evaluate"
        >> tfma.ExtractEvaluateAndWriteResults(
            eval_config=eval_config, extractors=[extractor], output_path=output
        )
    )


def _extracts(element: dict[str, Any], classes: int) -> Iterator[dict[str, Any]]:
    """Yields the sums over all rows, and over the rows of each slice."""
    rows = predictions.read(Path(element[tfma.INPUT_KEY]))
    for slice_key, sums in by_slice(rows, classes):
        yield {tfma.SLICE_KEY_TYPES_KEY: [slice_key], _SUMS: sums}


def _computations(name: str = "", **_: Any) -> list[metric_types.MetricComputation]:
    keys = {key: metric_types.MetricKey(name=key) for key in METRICS}
    return [
        metric_types.MetricComputation(
            keys=list(keys.values()),
            preprocessors=[
                metric_types.StandardMetricInputsPreprocessor(
                    include_filter=[_SUMS], include_default_inputs=False
                )
            ],
            combiner=_Add(keys),
        )
    ]


class _Add(beam.CombineFn):
    """Adds sums up."""

    def __init__(self, keys: dict[str, metric_types.MetricKey]) -> None:
        super().__init__()
        self._keys = keys

    def create_accumulator(self) -> Sums | None:
        return None

    def add_input(self, total: Sums | None, inputs: Any) -> Sums:
        sums: Sums = inputs[_SUMS]
        return sums if total is None else total + sums

    def merge_accumulators(self, totals: Iterable[Sums | None]) -> Sums | None:
        merged: Sums | None = None
        for total in totals:
            if total is not None:
                merged = total if merged is None else merged + total
        return merged

    def extract_output(self, total: Sums | None) -> dict[Any, float]:
        metrics = total.metrics if total else dict.fromkeys(self._keys, float("nan"))
        return {key: metrics[name] for name, key in self._keys.items()}
