"""The limits that a model must keep by itself, without another model."""

import math

from newsdesk.config.evaluation import Evaluation
from newsdesk.evaluation.verdict import Verdict

# Floats differ by rounding: 0.91 - 0.90 is slightly more than 0.01.
ROUNDING = 1e-6
# The recall that a model has at least if it knows a class.
_KNOWN = 0.5


def check(found: dict[str, float], labels: list[str], limits: Evaluation) -> Verdict:
    """Compares the figures of a model with the configured limits.

    Args:
        found: from `tested_rows.figures`.
        labels: the names of the classes, in the order of their numbers.
        limits: the evaluation section.

    Returns:
        A refusal for each limit that the model misses. The recall of a class decides
        with `min_class_rows` rows; if no row of the class is found, fewer rows are
        enough: as many as a model that knows the class would hardly all miss.
    """
    verdict = Verdict()
    rows = f"on {found['rows']:,.0f} row{'s' if found['rows'] != 1 else ''}"
    floors = {
        "accuracy": ("accuracy", "min_accuracy", limits.min_accuracy),
        "macro F1": ("macro_f1", "min_macro_f1", limits.min_macro_f1),
    }
    for name, (figure, key, limit) in floors.items():
        # `value < limit` would accept NaN.
        if not found[figure] >= limit - ROUNDING:
            verdict.refusals.append(
                f"{name} {found[figure]:.4f} is below evaluation.{key} {limit:g}, "
                f"{rows}"
            )
    loss = found["loss"]
    if not math.isfinite(loss):
        verdict.refusals.append(
            f"loss {loss:g} is not finite: some probabilities of the model are NaN"
        )
    elif limits.max_loss and loss > limits.max_loss:
        verdict.refusals.append(
            f"loss {loss:.4f} is above evaluation.max_loss {limits.max_loss:g}, {rows}"
        )
    # A model whose loss is not finite is refused above.
    if limits.max_ece and found["ece"] > limits.max_ece + ROUNDING:
        verdict.refusals.append(
            f"calibration error (ECE) {found['ece']:.4f} is above evaluation.max_ece "
            f"{limits.max_ece:g}, {rows}; add rows to the eval split, raise the "
            "limit, or set train.calibrate = true if it is off"
        )
    return verdict + _recalls(found, labels, limits)


def _recalls(found: dict[str, float], labels: list[str], limits: Evaluation) -> Verdict:
    """Applies `min_class_recall` to every class that has rows."""
    verdict = Verdict()
    tested = [label for label in labels if found[f"rows/{label}"]]
    for label in tested:
        recall, rows = found[f"recall/{label}"], int(found[f"rows/{label}"])
        if recall >= limits.min_class_recall - ROUNDING:
            continue
        hits = round(recall * rows)
        sentence = (
            f"recall of {label!r} {recall:.4f} is below evaluation.min_class_recall "
            f"{limits.min_class_recall:g}: the model finds {hits:,} of its {rows:,} "
            f"row{'s' if rows != 1 else ''}"
        )
        # Bonferroni's correction, because each class could fail by chance.
        chance = (1 - _KNOWN) ** rows * len(tested)
        never = hits == 0 and chance <= 1 - limits.confidence
        if never or rows >= limits.min_class_rows:
            verdict.refusals.append(
                f"{sentence}; add rows of the class, set train.class_weights = "
                "'balanced', or turn the rule off with 0"
            )
        else:
            verdict.shown.append(f"{sentence}, too few to decide")
    return verdict
