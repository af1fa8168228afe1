"""The program of the last container of a pipeline.

It writes the page of a run that did not reach its Reporter, and posts how the run ended
to a webhook.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kubeflow import stopped_page
from kubeflow.intervals.ledger import Ledger
from kubeflow.intervals.reports import Reports
from kubeflow.outcome import (
    FAILED,
    INTERRUPTED,
    NOT_GOOD_ENOUGH,
    SUCCEEDED,
    TAKEN,
    UNCHANGED,
    WITHDRAWN,
    Outcome,
)
from newsdesk.errors import ExitCode, IntervalTaken, NewsdeskError, first_line
from pipeline.notify import post

# The states of Pipelines' own record of tasks, and of ML Metadata in older versions.
# A killed pod updates no state, so its run still has RUNNING.
_GOOD = ("SUCCEEDED", "COMPLETE", "CACHED")
_CANCELED, _RUNNING = "CANCELED", "RUNNING"


def main() -> None:
    """Notifies the webhook, and always exits with 0: the outcome is already fixed."""
    options = parsed(sys.argv[1:])
    # First, because a webhook that does not answer takes a minute.
    if problem := write_page(options):
        print(problem, file=sys.stderr)
    if problem := notify(options):
        print(f"output.notify: {problem}", file=sys.stderr)


def write_page(options: argparse.Namespace) -> str | None:
    """Writes the page of a run that ended before its Reporter.

    Args:
        options: the options of the command line.

    Returns:
        Why there is no page; None if it was written, or is not needed.
    """
    status, reports = _read(options.status), Reports(options.destination)
    outcome = _outcome(status, reports.outcome(options.run))
    ended_well = status.get("state", "") in _GOOD
    if not options.page or not stopped_page.is_needed(outcome, ended_well):
        return None
    try:
        stopped_page.write(
            Path(options.page),
            options.pipeline,
            options.label or options.run,
            outcome,
            reports.content(options.run),
        )
    # The end of the run is still to be posted, whatever a chart raises.
    except Exception as error:
        return f"the report cannot be written: {first_line(error)}"
    return None


def notify(options: argparse.Namespace) -> str | None:
    """Posts how the run ended, unless such ends are not to be posted.

    Args:
        options: the options of the command line.

    Returns:
        Why nothing was posted; None if it was posted, or did not have to be.
    """
    reports = Reports(options.destination)
    outcome = _outcome(_read(options.status), reports.outcome(options.run))
    # Only runs with an interval are in the ledger, where the next run looks for them.
    silent = reports.silent(options.run) if options.interval else []
    is_quiet = not outcome.is_failure and not options.on_success
    if outcome.state == TAKEN or (
        outcome.is_failure and options.interval and _was_taken(options)
    ):
        problem: str | None = (
            "no notice was sent, because another run has the interval and this one "
            "stopped as intended"
        )
        # The run that has the interval sends the notice about them.
        silent = []
    elif is_quiet and not silent:
        problem = None
    elif problem := _posted(options, outcome, silent):
        return problem
    for run in [*silent, *([options.run] if options.interval else [])]:
        reports.mark_notified(run)
    return problem


def _outcome(status: dict[str, Any], known: Outcome | None) -> Outcome:
    """Combines the status from Pipelines with what the nodes wrote."""
    state = status.get("state", "")
    if state == _CANCELED:
        return Outcome(state=INTERRUPTED, exit_code=ExitCode.INTERRUPTED)
    # A run that ends after its first node has no launcher left to update the state.
    if state == _RUNNING and known and known.state in (UNCHANGED, WITHDRAWN):
        return known
    if state in _GOOD:
        # A node that failed and then passed in a retry has left a report of a failure.
        good = known and (not known.is_failure or known.state == NOT_GOOD_ENOUGH)
        return known if known and good else Outcome(state=SUCCEEDED)
    if known and known.is_failure:
        return known
    error = (status.get("error") or {}).get("message")
    return Outcome(state=FAILED, exit_code=ExitCode.FAILED, error=error or None)


def _posted(
    options: argparse.Namespace, outcome: Outcome, silent: list[str]
) -> str | None:
    """Posts to the webhook; gives the reason if that fails."""
    url = os.environ.get(options.variable, "")
    if not url:
        return (
            f"no notice was sent, because the variable {options.variable} is not set; "
            "check kubeflow.secrets"
        )
    text = f"{options.pipeline}, run {options.label or options.run}: {outcome.state}"
    if outcome.reason:
        text += f": {outcome.reason}"
    if silent:
        text += (
            f"; the earlier run {', '.join(silent)} sent no notice: it was terminated, "
            "or is still running"
        )
    reason = post(
        url,
        {
            "text": text,
            "pipeline": options.pipeline,
            "run": options.run,
            "label": options.label,
            "interval": options.interval,
            "state": outcome.state,
            "exit_code": int(outcome.exit_code),
            "pushed": outcome.pushed,
            "refusals": outcome.refusals,
            "node": outcome.node,
            "error": outcome.error,
            "silent": silent,
        },
    )
    return reason and f"the webhook in {options.variable} was not notified: {reason}"


def _read(text: str) -> dict[str, Any]:
    """Reads the final status; an unreadable one gives an empty status."""
    try:
        status = json.loads(text)
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _was_taken(options: argparse.Namespace) -> bool:
    try:
        Ledger(options.destination).confirm(options.run)
    except IntervalTaken:
        return True
    except NewsdeskError:
        # A failure must be posted even if the ledger cannot be read.
        return False
    return False


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """Reads the command line of the exit handler.

    Args:
        arguments: without the name of the program.

    Returns:
        The options by name.
    """
    parser = argparse.ArgumentParser(prog="kubeflow.notified")
    for name in ("status", "run", "pipeline", "destination", "variable"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("label", "interval", "page"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--on-success", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
