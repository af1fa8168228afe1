"""Formats everything about one past run."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from components.text_example_gen.span_note import spans_note
from newsdesk.published.in_service import InService
from pipeline.commands.shown import shown
from pipeline.local.run_files import LOG

if TYPE_CHECKING:
    from pipeline.local.history import Summary

_GIB = 2**30
_NAMES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "loss": "loss",
    "ece": "calibration error",
}


def reason(summary: "Summary") -> str:
    """Says why a run did not push a model.

    Args:
        summary: of the run.

    Returns:
        The whole reason; "" if there is none.
    """
    return summary.error or "; ".join(summary.refusals)


def page(root: Path, summary: "Summary") -> Iterator[tuple[str, str]]:
    """Formats everything that is known about a run.

    Args:
        root: the folder of the pipeline.
        summary: of the run.

    Yields:
        A word, and the text beside it.
    """
    yield "run", summary.run
    yield "pipeline", summary.pipeline
    yield "state", summary.state
    if why := reason(summary):
        yield "reason", why
    yield "data", summary.data
    if summary.spans:
        kind, _, text = spans_note(summary.spans).partition(" ")
        yield kind, text
    yield from _rows(summary.rows)
    if summary.tuned:
        yield "tuned", f"{summary.tuned.changes} ({summary.tuned.sentence})"
    if summary.metrics:
        yield "metrics", figures(summary.metrics, summary.split)
    if summary.baseline_metrics:
        before = figures(
            {k: v for k, v in summary.baseline_metrics.items() if k != "rows"}
        )
        yield "baseline", f"version {summary.baseline}: {before} on the same rows"
    if summary.accepted:
        yield "given up", f"the model in service: {summary.accepted}"
    if summary.pushed:
        yield "pushed", shown(summary.pushed)
    yield "started", summary.started.isoformat(" ", "seconds")
    yield "took", f"{summary.seconds:.1f} s"
    for index, node in enumerate(summary.nodes):
        text = f"{node.name:<16} {node.state:<7} {node.seconds:>8.1f} s"
        if node.peak_bytes is not None:
            text += f" {node.peak_bytes / _GIB:>7.2f} GiB"
        yield "" if index else "nodes", text
    folder = root / "runs" / summary.run
    yield "folder", shown(folder)
    yield "log", shown(folder / LOG)


def in_service(current: InService) -> str:
    """Describes the model in service by its manifest, which outlives its run.

    Args:
        current: the model in service.

    Returns:
        Version, run, day and metrics.
    """
    manifest = current.manifest
    text = (
        f"version {current.version}, pushed by run {manifest.origin.run} on "
        f"{manifest.published:%Y-%m-%d}"
    )
    metrics = manifest.origin.metrics
    return f"{text}: {figures(metrics)}" if metrics else text


def figures(metrics: Mapping[str, float], split: str | None = None) -> str:
    """Formats the metrics over all rows.

    Args:
        metrics: by the names of a summary; those of single classes are left out.
        split: the tested split, if it is known.

    Returns:
        For example `accuracy 0.9198, macro F1 0.9195, loss 0.3512 on 237 test rows`.
    """
    shown_metrics = ", ".join(
        f"{name} {metrics[key]:.4f}" for key, name in _NAMES.items() if key in metrics
    )
    if "rows" not in metrics:
        return shown_metrics
    of_split = f"{split} rows" if split else "rows"
    return f"{shown_metrics} on {metrics['rows']:,.0f} {of_split}"


def _rows(rows: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if "rows_in" in rows:
        yield (
            "rows",
            f"{rows['rows_in']:,} read, {rows['rows_out']:,} used, "
            f"{rows['quarantined']:,} quarantined",
        )
    splits = {
        key.removeprefix("rows/"): count
        for key, count in rows.items()
        if key.startswith("rows/")
    }
    if splits:
        yield "splits", ", ".join(f"{name} {n:,}" for name, n in splits.items())
