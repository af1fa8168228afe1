"""What the last container of a pipeline runs: it tells a webhook how the run ended."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

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
from newsdesk.errors import ExitCode, IntervalTaken, NewsdeskError
from pipeline.notify import post

# Of Pipelines' own record of tasks, and of ML Metadata, where it was kept before. A pod
# that was killed tells nothing, and its run is RUNNING still.
_WELL = ("SUCCEEDED", "COMPLETE", "CACHED")
_CANCELED, _RUNNING = "CANCELED", "RUNNING"


def main() -> None:
    """Tells the webhook; whatever becomes of that, the run has ended so."""
    asked = _parsed(sys.argv[1:])
    said = tell(asked)
    if said:
        print(f"output.notify: {said}", file=sys.stderr)


def tell(asked: argparse.Namespace) -> str | None:
    """Posts how the run ended, unless nobody asked to hear of such an end.

    Args:
        asked: the command line.

    Returns:
        Why nobody was told; None if somebody was, or nobody wanted to be.
    """
    reports = Reports(asked.destination)
    outcome = _outcome(_read(asked.status), reports.outcome(asked.run))
    # Only runs of intervals are in the ledger, where the next one looks.
    silent = reports.silent(asked.run) if asked.interval else []
    is_quiet = not outcome.is_failure and not asked.on_success
    if outcome.state == TAKEN or (
        outcome.is_failure and asked.interval and _was_taken(asked)
    ):
        said: str | None = "not told: another run has the interval, as it should be"
        # The other run tells of them.
        silent = []
    elif is_quiet and not silent:
        said = None
    elif said := _posted(asked, outcome, silent):
        return said
    for run in [*silent, *([asked.run] if asked.interval else [])]:
        reports.told(run)
    return said


def _outcome(status: dict[str, Any], known: Outcome | None) -> Outcome:
    """Joins what Pipelines says of the run and what its nodes wrote."""
    state = status.get("state", "")
    if state == _CANCELED:
        return Outcome(state=INTERRUPTED, exit_code=ExitCode.INTERRUPTED)
    # Of a run that ends after its first node no launcher is left to update the state.
    if state == _RUNNING and known and known.state in (UNCHANGED, WITHDRAWN):
        return known
    if state in _WELL:
        # A node that failed once, and then did not, leaves what is not true any more.
        good = known and (not known.is_failure or known.state == NOT_GOOD_ENOUGH)
        return known if known and good else Outcome(state=SUCCEEDED)
    if known and known.is_failure:
        return known
    error = (status.get("error") or {}).get("message")
    return Outcome(state=FAILED, exit_code=ExitCode.FAILED, error=error or None)


def _posted(
    asked: argparse.Namespace, outcome: Outcome, silent: list[str]
) -> str | None:
    """Posts to the webhook; says why that was not possible."""
    url = os.environ.get(asked.variable, "")
    if not url:
        return f"the environment has no {asked.variable}, so nobody was told"
    text = f"{asked.pipeline}, run {asked.label or asked.run}: {outcome.state}"
    if outcome.reason:
        text += f": {outcome.reason}"
    if silent:
        text += (
            f"; run {', '.join(silent)} before it sent no notice: it was terminated, "
            "or is still at work"
        )
    reason = post(
        url,
        {
            "text": text,
            "pipeline": asked.pipeline,
            "run": asked.run,
            "label": asked.label,
            "interval": asked.interval,
            "state": outcome.state,
            "exit_code": int(outcome.exit_code),
            "pushed": outcome.pushed,
            "refusals": outcome.refusals,
            "node": outcome.node,
            "error": outcome.error,
            "silent": silent,
        },
    )
    return reason and f"the address in {asked.variable} was not told: {reason}"


def _read(text: str) -> dict[str, Any]:
    """Reads the final status; an unreadable one still says that the run has ended."""
    try:
        status = json.loads(text)
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _was_taken(asked: argparse.Namespace) -> bool:
    try:
        Ledger(asked.destination).confirm(asked.run)
    except IntervalTaken:
        return True
    except NewsdeskError:
        # What cannot be asked is no reason to keep a failure quiet.
        return False
    return False


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kubeflow.notified")
    for name in ("status", "run", "pipeline", "destination", "variable"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("label", "interval"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--on-success", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
