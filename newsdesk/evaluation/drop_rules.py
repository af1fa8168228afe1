"""The limits on what a candidate may lose against another model on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsdesk.config.evaluation import Evaluation
from newsdesk.evaluation import paired
from newsdesk.evaluation.absolute_rules import ROUNDING
from newsdesk.evaluation.paired import Drop
from newsdesk.evaluation.tested_rows import Predicted, TestedRows, by_value
from newsdesk.evaluation.verdict import Verdict

# Accuracy is tested at `1 - confidence`, and each other group of figures at half of it,
# so that two equal models are refused in at most 8 of 100 runs.
_HALF = 0.5
# A limit of 1 turns a rule off, because no figure can lose more.
_OFF = 1.0


@dataclass(frozen=True)
class Reference:
    """A model to compare with.

    Attributes:
        predicted: its predictions for the tested rows.
        name: what a refusal calls it, such as "version 3 in service".
        share: the part of `1 - confidence` that its tests may use.
    """

    predicted: Predicted
    name: str
    share: float = 1.0


def check_overall(
    rows: TestedRows, other: Reference, macro_f1: Drop, key: str, limits: Evaluation
) -> Verdict:
    """Compares accuracy and macro F1 over all rows.

    Args:
        rows: the tested rows.
        other: the model to compare with.
        macro_f1: the drop of macro F1 below that model.
        key: the configuration key that a refusal names.
        limits: the evaluation section.

    Returns:
        A refusal for each figure whose drop is significant, or above `max_drop` where
        a drop of `max_drop` would be significant.
    """
    if limits.max_drop >= _OFF:
        return Verdict()
    was_right = other.predicted.classes == rows.label
    accuracy = paired.accuracy_drop(was_right, rows.candidate.classes == rows.label)
    level = (1 - limits.confidence) * other.share
    drops = [("accuracy", accuracy, level), ("macro F1", macro_f1, level * _HALF)]
    return Verdict(
        [
            _sentence(name, drop, other, f"evaluation.{key}")
            for name, drop, level in drops
            if drop.size > 0
            and (drop.p_value <= level or _is_above(drop, limits.max_drop, level))
        ]
    )


def check_classes(
    by_class: Sequence[Drop], other: Reference, labels: list[str], limits: Evaluation
) -> Verdict:
    """Compares the F1 of every class.

    Args:
        by_class: the drops of the F1 of each class below the other model.
        other: the model to compare with.
        labels: the names of the classes, in the order of their numbers.
        limits: the evaluation section.

    Returns:
        A refusal for each class whose drop is above `max_class_drop` and significant.
    """
    named = [
        (f"F1 of {label!r}", drop) for label, drop in zip(labels, by_class, strict=True)
    ]
    limit = limits.max_class_drop
    return _each(named, other, "max_class_drop", limit, limits, " of the class")


def check_slices(rows: TestedRows, other: Reference, limits: Evaluation) -> Verdict:
    """Compares the accuracy of every slice.

    Args:
        rows: the tested rows.
        other: the model to compare with.
        limits: the evaluation section.

    Returns:
        A refusal for each slice whose drop is above `max_slice_drop` and significant,
        and for each column that has no value in any row.
    """
    named: list[tuple[str, Drop]] = []
    missing = Verdict()
    is_right = rows.candidate.classes == rows.label
    was_right = other.predicted.classes == rows.label
    for column, values in rows.slices.items():
        groups = by_value(values)
        if not groups:
            missing.refusals.append(
                f"no row has a value of {column}, so the models cannot be compared by "
                "it"
            )
        named += [
            (
                f"accuracy in slice {column}={value!r}",
                paired.accuracy_drop(was_right[chosen], is_right[chosen]),
            )
            for value, chosen in groups.items()
        ]
    limit = limits.max_slice_drop
    return missing + _each(
        named, other, "max_slice_drop", limit, limits, " of the slice"
    )


def _each(
    named: list[tuple[str, Drop]],
    other: Reference,
    key: str,
    limit: float,
    limits: Evaluation,
    part: str,
) -> Verdict:
    """Applies a limit to many parts of the rows."""
    verdict = Verdict()
    if limit >= _OFF:
        return verdict
    enough = [drop for _, drop in named if drop.rows >= limits.min_class_rows]
    level = (1 - limits.confidence) * other.share * _HALF
    for name, drop in named:
        if drop.size <= limit + ROUNDING:
            continue
        rule = f"evaluation.{key} {limit:g}"
        sentence = _sentence(name, drop, other, rule, part)
        if drop.rows < limits.min_class_rows:
            verdict.shown.append(f"{sentence}: too few rows to decide")
        # Bonferroni's correction, because each part could fail by chance.
        elif drop.p_value * len(enough) <= level:
            verdict.refusals.append(sentence)
        else:
            verdict.shown.append(f"{sentence}: chance can explain it")
    return verdict


def _is_above(drop: Drop, limit: float, level: float) -> bool:
    """Whether a drop is above a limit that the rows are enough for."""
    enough = max(paired.chance(limit, drop.error), drop.least_p_value) <= level
    return drop.size > limit + ROUNDING and enough


def _sentence(
    name: str, drop: Drop, other: Reference, rule: str, part: str = ""
) -> str:
    p_value = "p below 0.0001" if drop.p_value < 1e-4 else f"p = {drop.p_value:.2g}"
    return (
        f"{name} {drop.now:.4f} is {drop.size:.4f} below the {drop.before:.4f} of "
        f"{other.name}, on the same {drop.rows:,} rows{part} ({p_value}; {rule})"
    )
