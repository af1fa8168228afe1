"""`newsdesk schedule`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from newsdesk.errors import ExitCode
from pipeline.commands.arguments import NEWSDESK, Compiled, File, Overrides
from pipeline.commands.compiled import compiled
from pipeline.terminal.streams import answer, say

if TYPE_CHECKING:
    from newsdesk.config.sections import Config

schedule = typer.Typer(
    help="Schedule runs on Kubeflow Pipelines.", no_args_is_help=True
)


@schedule.command()
def apply(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    file: Compiled = None,
) -> None:
    """Create or replace the schedule on the cluster.

    Deletes the old schedule only after the new one has been created and reads back
    as written. A paused schedule stays paused.
    """
    from kubeflow.cluster.schedule import apply

    with _connected(config, overrides) as (client, loaded):
        applied = apply(client, loaded, compiled(loaded, file), _now())
    state = "enabled" if applied.enabled else "paused, as it was"
    say(f"{applied.change:<10} {applied.id}: {state}")


@schedule.command()
def status(config: File = NEWSDESK, overrides: Overrides = None) -> None:
    """Show how the last runs ended, and when the next run is due.

    Exit codes: 0 no problem; 1 no success within two intervals, no push within
    kubeflow.alarm_without_push intervals, or no schedule on the cluster.
    """
    from kubeflow.cluster.ends import is_terminated
    from kubeflow.cluster.status import shown
    from kubeflow.cluster.status import status as asked

    with _connected(config, overrides) as (client, loaded):
        found = asked(client, loaded, _now())
    for head, run in (
        ("success", found.success),
        ("pushed", found.pushed),
        ("failure", found.failure),
        ("running", found.running),
    ):
        # The server reports 1970 as the end of a run that has not ended.
        moment = run and (run.created_at if head == "running" else run.finished_at)
        note = f" run {run.run_id}" if run else ""
        if head == "failure" and run and is_terminated(run):
            note += ", terminated"
        if head == "pushed" and found.unknown:
            note += f" (the logs of {found.unknown} newer successes no longer exist)"
        answer(f"{head:<10} {shown(moment)}{note}")
    paused = "" if found.enabled else " (paused)"
    answer(f"{'next due':<10} {shown(found.next_due)}{paused}")
    if problem := found.problem:
        answer(f"{'problem':<10} {problem}")
        sys.exit(ExitCode.FAILED)


@schedule.command()
def pause(config: File = NEWSDESK, overrides: Overrides = None) -> None:
    """Pause the schedule: no run begins until `resume`."""
    from kubeflow.cluster.schedule import pause

    with _connected(config, overrides) as (client, loaded):
        pause(client, loaded)
    say("paused")


@schedule.command()
def resume(config: File = NEWSDESK, overrides: Overrides = None) -> None:
    """Resume the schedule: all missed intervals with catchup, otherwise the latest."""
    from kubeflow.cluster.schedule import resume

    with _connected(config, overrides) as (client, loaded):
        resume(client, loaded)
    say("resumed")


@schedule.command()
def delete(config: File = NEWSDESK, overrides: Overrides = None) -> None:
    """Delete the schedule from the cluster; keep its runs."""
    from kubeflow.cluster.schedule import delete

    with _connected(config, overrides) as (client, loaded):
        delete(client, loaded)
    say("deleted")


@contextmanager
def _connected(
    config: Path, overrides: list[str] | None
) -> Iterator[tuple[Any, "Config"]]:
    from kubeflow.cluster.client import connected
    from newsdesk.config.load import load

    loaded = load(config, overrides or ())
    with connected(loaded.kubeflow) as client:
        yield client, loaded


def _now() -> Any:
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)
