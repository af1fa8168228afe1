"""Writes the page of a run that did not reach its Reporter."""

from pathlib import Path

from components.reporter.verdict import of
from kubeflow.outcome import Outcome
from newsdesk.report.content import Content
from newsdesk.states import RunState


def write(
    file: Path, pipeline: str, run: str, outcome: Outcome, collected: str | None
) -> None:
    """Writes the page that says why a run stopped, and what it had found.

    Args:
        file: the HTML file to write.
        pipeline: the name of the pipeline.
        run: the label of the run, or its id.
        outcome: how it ended.
        collected: a `Content` as JSON from the node that failed; None if there is none.

    Raises:
        OSError: the file cannot be written.
    """
    # Imported here, because most runs need no page here.
    from newsdesk.report import page

    verdict = of(
        RunState(outcome.state),
        version=outcome.pushed and outcome.pushed.rpartition("/")[2],
        refusals=outcome.refusals,
        error=outcome.reason or None,
    )
    values = {"pipeline": pipeline, "run": run, "verdict": verdict}
    found = _read(collected)
    content = found.model_copy(update=values) if found else Content(**values)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page.html(content), encoding="utf-8")


def is_needed(outcome: Outcome, has_ended_well: bool) -> bool:
    """Decides whether a run ended without a page of its own.

    Args:
        outcome: how it ended.
        has_ended_well: whether all its nodes ended well, as the Reporter's.

    Returns:
        False as well for a run that left its interval to another one.
    """
    return not has_ended_well and outcome.state in set(RunState)


def _read(collected: str | None) -> Content | None:
    try:
        return Content.model_validate_json(collected) if collected else None
    except ValueError:
        return None
