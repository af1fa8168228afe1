"""The report of `newsdesk evaluate`, for people and as JSON."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from newsdesk.config.evaluation import Evaluation
from newsdesk.evaluation import absolute_rules
from newsdesk.evaluation.tested_rows import figures
from pipeline.evaluate.labelled_file import Answered

_CONFUSIONS, _CLASSES, _BAD_ROWS = 10, 20, 3
Report = dict[str, Any]


def report(answered: Answered, labels: list[str], limits: Evaluation | None) -> Report:
    """Computes all figures of a model on a file.

    Args:
        answered: the rows and their predictions.
        labels: the names of the classes, in the order of their numbers.
        limits: the evaluation section; None if there are no limits.

    Returns:
        `rows`, `bad_rows`, `accuracy`, `macro_f1`, `loss`, `ece` (expected calibration
        error), `classes`, `confusions` (the most frequent first), `bad` (what is wrong
        with the first rows), `refusals` (missed limits) and `shown` (missed limits that
        rest on too few rows).
    """
    found = figures(answered.label, answered.predicted, labels)
    pairs = Counter(
        zip(answered.label.tolist(), answered.predicted.classes.tolist(), strict=True)
    )
    wrong = [(pair, rows) for pair, rows in pairs.most_common() if pair[0] != pair[1]]
    verdict = absolute_rules.check(found, labels, limits) if limits else None
    return {
        "rows": int(found["rows"]),
        "bad_rows": len(answered.bad),
        **{name: found[name] for name in ("accuracy", "macro_f1", "loss", "ece")},
        "classes": [
            {
                "label": label,
                **{name: found[f"{name}/{label}"] for name in _OF_CLASS},
                "rows": int(found[f"rows/{label}"]),
            }
            for label in labels
        ],
        "confusions": [
            {"label": labels[actual], "predicted": labels[predicted], "rows": rows}
            for (actual, predicted), rows in wrong[:_CONFUSIONS]
        ],
        "bad": answered.bad[:_BAD_ROWS],
        "refusals": verdict.refusals if verdict else [],
        "shown": verdict.shown if verdict else [],
    }


_OF_CLASS = ("precision", "recall", "f1")


def lines(found: Report) -> Iterator[str]:
    """Formats a report for the screen.

    Args:
        found: from `report`.

    Yields:
        Its lines.
    """
    yield (
        f"accuracy   {found['accuracy']:.4f} (macro F1 {found['macro_f1']:.4f}, loss "
        f"{found['loss']:.4f}, calibration error {found['ece']:.4f}) on "
        f"{found['rows']:,} rows"
    )
    if found["bad_rows"]:
        total = found["rows"] + found["bad_rows"]
        yield f"bad rows   {found['bad_rows']:,} of {total:,} were left out"
        yield from (f"           {reason}" for reason in found["bad"])
    yield "precision  recall  F1      rows     label"
    worst = sorted(found["classes"], key=lambda each: each["f1"])
    for each in worst[:_CLASSES]:
        yield (
            f"{each['precision']:<9.4f}  {each['recall']:.4f}  {each['f1']:.4f}  "
            f"{each['rows']:<7,}  {each['label']}"
        )
    if len(worst) > _CLASSES:
        yield f"           and {len(worst) - _CLASSES:,} better classes: see --json"
    for pair in found["confusions"]:
        yield (
            f"confused   {pair['label']!r} as {pair['predicted']!r}: "
            f"{pair['rows']:,} row{'s' if pair['rows'] != 1 else ''}"
        )
    yield from (f"few rows   {sentence}" for sentence in found["shown"])
    yield from (f"below      {sentence}" for sentence in found["refusals"])
