"""The decision whether a candidate may be pushed, and the figures that it rests on."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from newsdesk import regular
from newsdesk.config.evaluation import Evaluation
from newsdesk.errors import DataError, ModelError
from newsdesk.evaluation import absolute_rules, drop_rules
from newsdesk.evaluation.drop_rules import Reference
from newsdesk.evaluation.paired import F1Drops, f1_drops
from newsdesk.evaluation.tested_rows import Predicted, TestedRows, figures
from newsdesk.evaluation.verdict import Verdict

FILE = "decision.json"
_MOST_BYTES = 64 << 20


class Decision(BaseModel):
    """The outcome of an evaluation.

    Attributes:
        metrics: figures of the candidate, see `tested_rows.figures`.
        baseline_metrics: figures of the model in service on the same rows, or {}.
        refusals: why the candidate must not be pushed; empty if it may be pushed.
        shown: figures beyond a limit that rest on too few rows to decide.
        best: the version that later candidates are also compared with, because the
            candidate is less accurate; None if the candidate is the best.
    """

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    metrics: dict[str, float]
    baseline_metrics: dict[str, float] = {}
    refusals: list[str] = []
    shown: list[str] = []
    best: int | None = None


def decide(
    rows: TestedRows,
    labels: list[str],
    limits: Evaluation,
    baseline: str = "",
    best: str = "",
) -> Decision:
    """Applies every rule to a candidate.

    Args:
        rows: the tested rows.
        labels: the names of the classes, in the order of their numbers.
        limits: the evaluation section.
        baseline: the version of the model in service; "" without one.
        best: the version of the best of the last versions; "" if that is the model in
            service.

    Returns:
        The decision.

    Raises:
        DataError: the tested split is empty.
    """
    if not len(rows.label):
        raise DataError(
            "no row was evaluated, because the tested split is empty; add rows to the "
            "data"
        )
    found = figures(rows.label, rows.candidate, labels)
    verdict = absolute_rules.check(found, labels, limits)
    before: dict[str, float] = {}
    if rows.baseline:
        before = figures(rows.label, rows.baseline, labels)
        verdict += _against_baseline(rows, rows.baseline, labels, limits, baseline)
    if rows.best:
        verdict += _against_best(rows, rows.best, len(labels), limits, best)
    return Decision(
        metrics=found,
        baseline_metrics=before,
        refusals=verdict.refusals,
        shown=verdict.shown,
        best=_best(rows, baseline, best),
    )


def write(decision: Decision, folder: Path) -> None:
    """Writes a decision.

    Args:
        decision: from `decide`.
        folder: of the ModelEvaluation artifact.
    """
    (folder / FILE).write_text(decision.model_dump_json(indent=1), encoding="utf-8")


def read(folder: Path) -> Decision:
    """Reads a decision.

    Args:
        folder: of the ModelEvaluation artifact.

    Returns:
        The decision.

    Raises:
        ModelError: it cannot be read, so nothing is known about the model.
    """
    try:
        written = regular.read(folder / FILE, _MOST_BYTES)
        return Decision.model_validate_json(written)
    except (OSError, ValidationError) as error:
        raise ModelError(
            f"{folder / FILE}: cannot be read, so the model is not pushed: "
            f"{str(error).splitlines()[0]}; remove the folder, and run again"
        ) from None


def _against_baseline(
    rows: TestedRows,
    predicted: Predicted,
    labels: list[str],
    limits: Evaluation,
    version: str,
) -> Verdict:
    other = Reference(predicted, f"version {version} in service")
    f1 = _f1_drops(rows, predicted, len(labels))
    return (
        drop_rules.check_overall(rows, other, f1.macro, "max_drop", limits)
        + drop_rules.check_classes(f1.by_class, other, labels, limits)
        + drop_rules.check_slices(rows, other, limits)
    )


def _against_best(
    rows: TestedRows,
    predicted: Predicted,
    classes: int,
    limits: Evaluation,
    version: str,
) -> Verdict:
    """Keeps losses from adding up that are each too small to be noticed."""
    name = f"version {version}, the best of the last {limits.compare_with_last} pushes"
    other = Reference(predicted, name, share=0.5)
    macro = _f1_drops(rows, predicted, classes).macro
    return drop_rules.check_overall(rows, other, macro, "compare_with_last", limits)


def _f1_drops(rows: TestedRows, before: Predicted, classes: int) -> F1Drops:
    return f1_drops(rows.label, before.classes, rows.candidate.classes, classes)


def _best(rows: TestedRows, baseline: str, best: str) -> int | None:
    """The most accurate version on these rows; None if it is the candidate."""
    accuracy = float((rows.candidate.classes == rows.label).mean())
    found = None
    for predicted, version in ((rows.best, best), (rows.baseline, baseline)):
        if predicted and float((predicted.classes == rows.label).mean()) > accuracy:
            accuracy = float((predicted.classes == rows.label).mean())
            found = int(version)
    return found
