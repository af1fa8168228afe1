"""What the last container of a pipeline runs: it tells a webhook how the run ended."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from kubeflow.ledger import Ledger
from pipeline.errors import IntervalTaken, NewsdeskError
from pipeline.notify import post

# Of Pipelines' own record of tasks, and of ML Metadata, where it was kept before.
_OUTCOMES = {
    "SUCCEEDED": "succeeded",
    "COMPLETE": "succeeded",
    "CACHED": "succeeded",
    "CANCELED": "canceled",
}
# A pod that was killed tells nothing, and its run is RUNNING still.
_OTHERWISE = "failed"
_RUNNING = "RUNNING"
# With these nothing is wrong.
_GOOD = ("succeeded", "unchanged", "withdrawn")


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
    status = _read(asked.status)
    state = _state(asked, status)
    if state in _GOOD and not asked.on_success:
        return None
    if state not in _GOOD and asked.interval and _was_taken(asked):
        return "not told: another run has the interval, as it should be"
    error = (status.get("error") or {}).get("message", "")
    name = asked.label or asked.run
    text = f"{asked.pipeline}, run {name}: {state}"
    url = os.environ.get(asked.variable, "")
    if not url:
        return f"the environment has no {asked.variable}, so nobody was told"
    reason = post(
        url,
        {
            "text": f"{text}: {error}" if error else text,
            "pipeline": asked.pipeline,
            "run": asked.run,
            "label": asked.label,
            "interval": asked.interval,
            "state": state,
            "error": error or None,
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


def _state(asked: argparse.Namespace, status: dict[str, Any]) -> str:
    """Names how a run ended; the ledger knows it of a run that had nothing to do."""
    told = status.get("state", "")
    outcome = None
    if told == _RUNNING:
        with contextlib.suppress(NewsdeskError):
            outcome = Ledger(asked.destination).outcome(asked.run)
    return outcome or _OUTCOMES.get(told, _OTHERWISE)


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
