"""Writes the report of a run into its folder, however the run ended."""

import datetime
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from components.reporter import verdict
from components.reporter.outputs import Outputs
from newsdesk.errors import ModelError, first_line
from newsdesk.report.content import Content, Limits, NodeCost, Verdict
from newsdesk.states import NodeState, RunState
from pipeline.local import report_facts, run_settings, short_paths
from pipeline.local.history import Summary

_log = logging.getLogger("newsdesk")


def write(
    root: Path,
    summary: Summary,
    next_step: str | None = None,
    is_thorough: bool = False,
    command: str | None = None,
) -> str | None:
    """Writes the page of a run, its summary, its figures and its doubtful labels.

    Args:
        root: the folder of everything that the pipeline writes.
        summary: of the run, which has ended.
        next_step: what the user can do.
        is_thorough: whether to ask the model again if the Reporter has written nothing;
            that takes seconds, so the end of a run that failed does not wait for it.
        command: a command for the next step, to copy.

    Returns:
        Why the report cannot be written, in one sentence; None if it was written. The
        result of the run never depends on it.
    """
    folder = root / "runs" / summary.run
    try:
        from components.reporter import files

        facts = report_facts.read(folder)
        outputs = facts.found(root, summary.run)
        found = _written(outputs) or _collected(outputs, folder, summary, is_thorough)
        found = _placed(found, folder)
        decided = _verdict(summary, next_step, command)
        found = _completed(found, folder, facts, summary, decided)
        found = _without_paths(found, root, run_settings.read(folder))
        files.write(found, folder)
    # Charts and templates raise errors of their own.
    except Exception as error:
        _log.exception("the report cannot be written")
        return f"the report cannot be written: {first_line(error)}"
    return None


def _written(outputs: Outputs) -> Content | None:
    """Reads what the Reporter wrote."""
    from components.reporter import files

    if not outputs.report:
        return None
    try:
        return files.read(outputs.report)
    except (OSError, ValueError, ModelError):
        return None


def _placed(content: Content, folder: Path) -> Content:
    """Adds file and row to doubtful labels, and writes their table.

    Only here, because the Reporter does not know which files the rows come from.
    """
    checked = content.label_check
    if checked is None:
        return content
    from components.reporter import files, places
    from newsdesk.config.data import Data
    from newsdesk.report import label_csv

    try:
        data = Data.model_validate(run_settings.read(folder).get("data", {}))
        placed = places.with_places(checked.most_doubted, data)
        checked = checked.model_copy(update={"most_doubted": placed})
    # The files may have changed or be gone; the rows are then shown without places.
    except Exception:
        _log.warning("the files of doubtful labels are not known", exc_info=True)
    label_csv.write(checked, folder / files.DOUBTFUL)
    return content.model_copy(update={"label_check": checked})


def _collected(
    outputs: Outputs, folder: Path, summary: Summary, is_thorough: bool
) -> Content:
    """Collects what the nodes have written before the run ended."""
    from components.reporter.collect import About, collect

    about = About(
        pipeline=summary.pipeline,
        run=summary.run,
        split=summary.split or "",
        labels=run_settings.read(folder).get("data", {}).get("labels", []),
        spans=summary.spans,
        verdict=_stopped(folder, summary),
    )
    return collect(outputs, about, _verdict(summary), folder if is_thorough else None)


def _stopped(folder: Path, summary: Summary) -> Path | None:
    """The verdict of a data gate that stopped the run."""
    if summary.state is not RunState.STOPPED:
        return None
    from components.data_gate import STOPPED

    return folder / STOPPED if (folder / STOPPED).is_file() else None


def _completed(
    content: Content,
    folder: Path,
    facts: report_facts.Facts,
    summary: Summary,
    decided: Verdict,
) -> Content:
    """Adds what only the runner knows."""
    configuration = run_settings.read(folder)
    learning = content.learning
    if learning and summary.tuned:
        tuned = f"tuned: {summary.tuned.changes} ({summary.tuned.sentence})"
        learning = learning.model_copy(update={"tuned": tuned})
    return content.model_copy(
        update={
            "learning": learning,
            "pipeline": summary.pipeline,
            "run": summary.run,
            "started": summary.started.astimezone(datetime.timezone.utc),
            "split": summary.split,
            "verdict": decided,
            "limits": _limits(configuration.get("evaluation", {})),
            "nodes": [
                NodeCost(
                    name=node.name,
                    state=NodeState(node.state),
                    seconds=node.seconds,
                    peak_bytes=getattr(node, "peak_bytes", None),
                )
                for node in summary.nodes
            ],
            "configuration": tomlkit.dumps(run_settings.shareable(configuration)),
            "versions": facts.versions,
            "digests": facts.digests,
        }
    )


def _without_paths(
    content: Content, root: Path, configuration: Mapping[str, Any]
) -> Content:
    """Shortens paths of this machine, except in the command, which must work."""

    def short(text: str) -> str:
        return short_paths.shortened(text, root, configuration)

    decided, checked = content.verdict, content.label_check
    if checked is not None:
        rows = [
            row.model_copy(update={"place": row.place and short(row.place)})
            for row in checked.most_doubted
        ]
        checked = checked.model_copy(update={"most_doubted": rows})
    return content.model_copy(
        update={
            "label_check": checked,
            "verdict": decided.model_copy(
                update={
                    "sentence": short(decided.sentence),
                    "refusals": list(map(short, decided.refusals)),
                }
            ),
            "configuration": short(content.configuration),
            "left_out": list(map(short, content.left_out)),
        }
    )


def _limits(evaluation: Mapping[str, Any]) -> Limits:
    """Selects the limits for figures over all rows; 0 turns some of them off."""
    return Limits(
        accuracy=evaluation.get("min_accuracy"),
        macro_f1=evaluation.get("min_macro_f1") or None,
        loss=evaluation.get("max_loss"),
        ece=evaluation.get("max_ece"),
        drop=evaluation.get("max_drop"),
    )


def _verdict(
    summary: Summary, next_step: str | None = None, command: str | None = None
) -> Verdict:
    pushed = summary.pushed and summary.pushed.rpartition("/")[2]
    return verdict.of(
        summary.state,
        version=pushed,
        baseline=summary.baseline,
        refusals=summary.refusals,
        shown=summary.shown,
        accepted=summary.accepted,
        error=summary.error,
        next_step=next_step,
        next_command=command,
    )
