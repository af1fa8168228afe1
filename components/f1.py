"""Macro F1 by arg-max as a TFMA metric.

TFMA has no macro average over arg-max predictions: its binarized metrics compare each
class with a threshold of 0.5, and `macro_average` refuses `top_k`. They also cost a
pass over all rows for each class.
"""

from collections import defaultdict
from typing import Any

from tensorflow_model_analysis.metrics import metric_types, metric_util
from tensorflow_model_analysis.metrics import (
    multi_class_confusion_matrix_metrics as confusion,
)

NAME = "macro_f1"
Matrix = dict[tuple[int, int], float]


class MacroF1(metric_types.Metric):
    """The unweighted mean of the F1 of every class that occurs or is predicted."""

    def __init__(self, name: str = NAME) -> None:
        """Sets up the metric.

        Args:
            name: the key under which the value is written.
        """
        super().__init__(
            metric_util.merge_per_key_computations(_computations), name=name
        )


metric_types.register_metric(MacroF1)


def macro_f1(matrix: Matrix) -> float:
    """Averages F1 over the classes of a confusion matrix.

    Args:
        matrix: number of rows by (actual class, predicted class).

    Returns:
        The mean over the classes that occur or are predicted, as in scikit-learn's
        `f1_score(average="macro")`.
    """
    hits: defaultdict[int, float] = defaultdict(float)
    # A row counts for its class and for its predicted class, so twice if it is a hit.
    rows: defaultdict[int, float] = defaultdict(float)
    for (actual, predicted), number in matrix.items():
        rows[actual] += number
        rows[predicted] += number
        hits[actual] += number if actual == predicted else 0
    scores = [2 * hits[each] / rows[each] for each in rows if rows[each]]
    return sum(scores) / len(scores) if scores else float("nan")


def _computations(
    name: str = NAME,
    eval_config: Any = None,
    model_name: str = "",
    output_name: str = "",
    example_weighted: bool = False,
) -> Any:
    """Declares a confusion matrix by arg-max, and the F1 derived from it."""
    matrices = confusion.multi_class_confusion_matrices(
        thresholds=[-1.0],  # below every probability: arg-max always counts
        eval_config=eval_config,
        model_name=model_name,
        output_name=output_name,
        example_weighted=example_weighted,
    )
    key = metric_types.MetricKey(
        name=name,
        model_name=model_name,
        output_name=output_name,
        example_weighted=example_weighted,
    )
    matrices_key = matrices[-1].keys[-1]

    def result(metrics: dict[Any, Any]) -> dict[Any, float]:
        (found,) = metrics[matrices_key].values()
        matrix = {
            (pair.actual_class_id, pair.predicted_class_id): rows
            for pair, rows in found.items()
        }
        return {key: macro_f1(matrix)}

    derived = metric_types.DerivedMetricComputation(keys=[key], result=result)
    return [*matrices, derived]
