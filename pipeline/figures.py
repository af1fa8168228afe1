"""Reads the figures that nodes have written, for the screen and the summary."""

from pathlib import Path
from typing import Any

from components.text_example_gen.quarantine import read_summary
from pipeline.evaluation import ACCURACY, LOSS, MACRO_F1, PER_CLASS

_NAMES = {ACCURACY: "accuracy", MACRO_F1: "macro_f1", LOSS: "loss"}


def rows(quarantine: str) -> dict[str, int]:
    """Reads how many rows came in, went out and were set aside.

    Args:
        quarantine: the folder of the Quarantine artifact.

    Returns:
        `rows_in`, `rows_out` and `quarantined`, and `rows/<split>` for every split.
    """
    summary = read_summary(quarantine)
    by_split = {f"rows/{split}": rows for split, rows in summary["splits"].items()}
    totals = {key: summary[key] for key in ("rows_in", "rows_out", "quarantined")}
    return totals | by_split


def metrics(evaluation: str, labels: list[str]) -> dict[str, float]:
    """Reads the Evaluator's figures over all rows.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        `accuracy`, `macro_f1`, `loss`, `rows`, and per class
        `precision/<label>`, `recall/<label>`, `f1/<label>`.
    """
    import tensorflow_model_analysis as tfma

    result = tfma.load_eval_result(evaluation)
    overall = result.get_metrics_for_slice()
    figures = {name: _value(overall[key]) for key, name in _NAMES.items()}
    figures["rows"] = _value(overall["example_count"])
    for place, label in enumerate(labels):
        by_class = result.get_metrics_for_slice(class_id=place, top_k=1)
        for key in PER_CLASS:
            name = key.removesuffix("_score")
            figures[f"{name}/{label}"] = _value(by_class[key])
    return figures


def refusals(evaluation: str) -> list[str]:
    """Says why the Evaluator did not bless a model.

    Args:
        evaluation: the folder of the ModelEvaluation artifact.

    Returns:
        A sentence per missed threshold: metric, value and limit.
    """
    import tensorflow_model_analysis as tfma

    validation = tfma.load_validation_result(evaluation)
    return [
        _refusal(failure)
        for by_slice in validation.metric_validations_per_slice
        for failure in by_slice.failures
    ]


def is_blessed(blessing: str) -> bool:
    """Tells whether the Evaluator let a model pass.

    Args:
        blessing: the folder of the ModelBlessing artifact.

    Returns:
        Whether the file is there that says so.
    """
    return Path(blessing, "BLESSED").exists()


def pushed_version(pushed_model: Any) -> Path | None:
    """Finds the published version that a PushedModel artifact stands for.

    Args:
        pushed_model: the artifact as the metadata store holds it.

    Returns:
        `<serving>/<version>`, or None when nothing was pushed.
    """
    destination = pushed_model.custom_properties["pushed_destination"].string_value
    return Path(destination) if destination else None


def _refusal(failure: Any) -> str:
    name = _NAMES.get(failure.metric_key.name, failure.metric_key.name)
    value = failure.metric_value.double_value.value
    bounds = failure.metric_threshold.value_threshold
    if bounds.HasField("lower_bound"):
        return f"{name} is {value:.4f}, at least {bounds.lower_bound.value:g} is wanted"
    return f"{name} is {value:.4f}, at most {bounds.upper_bound.value:g} is wanted"


def _value(metric: Any) -> float:
    return float(metric["doubleValue"])
