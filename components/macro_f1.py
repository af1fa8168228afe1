"""Macro-averaged F1 as a TFMA metric.

TFMA offers no macro average over arg-max predictions: its binarized metrics compare
each class with a threshold of 0.5, and `macro_average` refuses `top_k`.
"""

from typing import Any

from tensorflow_model_analysis.metrics import metric_types, metric_util
from tensorflow_model_analysis.metrics import (
    multi_class_confusion_matrix_metrics as confusion,
)

NAME = "macro_f1"


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


def macro_f1(matrix: dict[tuple[int, int], float]) -> float:
    """Averages F1 over the classes of a confusion matrix.

    Args:
        matrix: number of rows by (actual class, predicted class).

    Returns:
        The mean over the classes that occur as actual or predicted, as
        scikit-learn's `f1_score(average="macro")` counts them.
    """
    classes = {one for pair in matrix for one in pair}
    scores = []
    for one in classes:
        hits = matrix.get((one, one), 0.0)
        actual = sum(n for (a, _), n in matrix.items() if a == one)
        predicted = sum(n for (_, p), n in matrix.items() if p == one)
        scores.append(2 * hits / (actual + predicted))
    return sum(scores) / len(scores) if scores else float("nan")


def _computations(
    name: str = NAME,
    eval_config: Any = None,
    model_name: str = "",
    output_name: str = "",
    example_weighted: bool = False,
) -> Any:
    """One confusion matrix by arg-max, and the figure derived from it."""
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
        (matrix,) = metrics[matrices_key].values()
        return {
            key: macro_f1(
                {
                    (k.actual_class_id, k.predicted_class_id): n
                    for k, n in matrix.items()
                }
            )
        }

    derived = metric_types.DerivedMetricComputation(keys=[key], result=result)
    return [*matrices, derived]
