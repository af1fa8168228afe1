"""F1 by arg-max as TFMA metrics: of one class, and the mean over classes.

TFMA has no macro average over arg-max predictions: its binarized metrics compare each
class with a threshold of 0.5, and `macro_average` refuses `top_k`. A limit on a metric
that is binarized with `top_k` does not work either: TFMA does not find the metric.
"""

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


class ClassF1(metric_types.Metric):
    """The F1 of one class."""

    def __init__(self, class_id: int, name: str) -> None:
        """Sets up the metric.

        Args:
            class_id: the number of the class.
            name: the key under which the value is written.
        """
        super().__init__(
            metric_util.merge_per_key_computations(_computations),
            class_id=class_id,
            name=name,
        )


metric_types.register_metric(MacroF1)
metric_types.register_metric(ClassF1)


def class_f1(matrix: Matrix, class_id: int) -> float:
    """Computes F1 of one class from a confusion matrix.

    Args:
        matrix: number of rows by (actual class, predicted class).
        class_id: the number of the class.

    Returns:
        The harmonic mean of precision and recall; 0 for a class that neither occurs
        nor is predicted.
    """
    hits = matrix.get((class_id, class_id), 0.0)
    actual = sum(n for (a, _), n in matrix.items() if a == class_id)
    predicted = sum(n for (_, p), n in matrix.items() if p == class_id)
    return 2 * hits / (actual + predicted) if actual + predicted else 0.0


def macro_f1(matrix: Matrix) -> float:
    """Averages F1 over the classes of a confusion matrix.

    Args:
        matrix: number of rows by (actual class, predicted class).

    Returns:
        The mean over the classes that occur or are predicted, as in scikit-learn's
        `f1_score(average="macro")`.
    """
    classes = {one for pair in matrix for one in pair}
    scores = [class_f1(matrix, one) for one in classes]
    return sum(scores) / len(scores) if scores else float("nan")


def _computations(
    name: str = NAME,
    class_id: int | None = None,
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
        if class_id is None:
            return {key: macro_f1(matrix)}
        return {key: class_f1(matrix, class_id)}

    derived = metric_types.DerivedMetricComputation(keys=[key], result=result)
    return [*matrices, derived]
