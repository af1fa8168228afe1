"""Formats past runs, one line or one page each."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from components.text_example_gen.span_note import spans_note
from newsdesk.escaping import one_line
from newsdesk.published.in_service import InService
from pipeline.commands.shown import shown
from pipeline.local.history import LOG, RUN_NAME, Summary
from pipeline.terminal.layout import cut

_HEADS = ("run", "pipeline", "data", "rows", "accuracy", "took", "result")
# On a terminal of fewer columns, the reason needs the room of the others.
_WIDE = 120
# Names of data are cut, so that the result stays on the line.
_DATA_WIDTH = 20
_GIB = 2**30
_NAMES = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "loss": "loss",
    "ece": "calibration error",
}


def reason(summary: Summary) -> str:
    """Says why a run did not push a model.

    Args:
        summary: of the run.

    Returns:
        The whole reason; "" if there is none.
    """
    return summary.error or "; ".join(summary.refusals)


def rows(summaries: Sequence[Summary], width: int) -> list[list[str]]:
    """Formats runs as rows of a list.

    Args:
        summaries: of the runs.
        width: the columns of the terminal; a narrow one gets fewer columns.

    Returns:
        The heads, and the cells of each run.
    """
    heads = list(_HEADS)
    is_narrow = width < _WIDE
    if is_narrow:
        heads.remove("took")
        if len({summary.pipeline for summary in summaries}) == 1:
            heads.remove("pipeline")
    found = (_cells(summary, is_narrow) for summary in summaries)
    return [heads, *([cells[head] for head in heads] for cells in found)]


def _cells(summary: Summary, is_narrow: bool) -> dict[str, str]:
    accuracy = summary.metrics.get("accuracy")
    used = summary.rows.get("rows_out")
    why = reason(summary)
    if summary.pushed:
        why = why or f"version {summary.pushed.rpartition('/')[2]}"
    run = summary.run
    if is_narrow and RUN_NAME.fullmatch(run):
        # The counter alone identifies a run of a root.
        run = run.partition("-")[0]
    texts = (
        run,
        summary.pipeline,
        cut(one_line(Path(summary.data).name), _DATA_WIDTH),
        "" if used is None else f"{used:,}",
        "" if accuracy is None else f"{accuracy:.4f}",
        f"{summary.seconds:.0f} s",
        f"{summary.state}: {why}" if why else summary.state,
    )
    return dict(zip(_HEADS, map(one_line, texts), strict=True))


def page(root: Path, summary: Summary) -> Iterator[tuple[str, str]]:
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
