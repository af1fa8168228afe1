"""Finds how a run on the cluster ended, as far as Pipelines' API shows it."""

from datetime import datetime
from typing import Any

from kubeflow import outcome as outcomes
from kubeflow.cluster import client as clients
from kubeflow.cluster import pods, run_logs
from kubeflow.outcome import Outcome
from newsdesk.errors import ExitCode

_TERMINATED = ("CANCELING", "CANCELED")
# An unchanged run ends at one of its first nodes, so there are few logs to read.
_MOST_LOGS = 5
# Reading the outcome of one run takes two requests.
_MOST_RUNS = 30


def outcome(client: Any, run: Any) -> Outcome:
    """Finds the outcome of a run.

    The workflow has the message of a failed node. What the Pusher did is only in the
    log of a node, which exists until its pod and its archived log are removed.

    Args:
        client: from `clients.connected`.
        run: a run that has ended, as the server describes it.

    Returns:
        How it ended; "succeeded" if the logs of a success were removed.
    """
    workflow = pods.of(client, run.run_id)
    if is_terminated(run) or workflow.is_terminated:
        return Outcome(
            state=outcomes.INTERRUPTED,
            exit_code=ExitCode.INTERRUPTED,
            error="the run was terminated",
        )
    if run.state != "SUCCEEDED":
        return _of_failure(run, workflow)
    for pod in _in_order(workflow):
        text = run_logs.read(client, run.run_id, pod)
        if found := outcomes.in_log(text or ""):
            return found
    return Outcome(state=outcomes.SUCCEEDED)


def is_terminated(run: Any) -> bool:
    """Checks whether a user terminated a run.

    Pipelines replaces the state of a terminated run by FAILED when Argo has ended it
    (ReportWorkflowResource of 2.17), so only the history shows it.

    Args:
        run: as the server describes it.

    Returns:
        Whether its state or its history says so.
    """
    history = [entry.state for entry in run.state_history or ()]
    return any(state in _TERMINATED for state in [run.state, *history])


def to_check(successes: list[Any], since: datetime | None) -> list[Any]:
    """Chooses the runs whose logs are read for a push.

    Args:
        successes: runs that succeeded.
        since: all later runs are read, and one before; None for the newest 30.

    Returns:
        Runs, the newest first; 30 if there are so many.
    """
    ordered = sorted(successes, key=lambda run: run.finished_at, reverse=True)
    later = [run for run in ordered if since and run.finished_at >= since]
    return ordered[: max(_MOST_RUNS, len(later) + 1)]


def newest_push(client: Any, successes: list[Any]) -> tuple[Any, int]:
    """Finds the newest run that pushed a version.

    Args:
        client: from `clients.connected`.
        successes: from `to_check`.

    Returns:
        The run, or None if none is known to have pushed; and the number of newer runs
        that may have pushed but whose logs were removed.
    """
    unknown = 0
    for run in successes:
        found = outcome(client, run)
        if found.state == outcomes.PUSHED:
            return run, unknown
        unknown += found.state == outcomes.SUCCEEDED
    return None, unknown


def seconds(run: Any) -> float | None:
    """Measures how long a run took.

    Args:
        run: as the server describes it.

    Returns:
        Seconds from its start to its end; None if it is still running.
    """
    began: datetime = run.created_at
    if not clients.has_ended(run):
        return None
    return float((run.finished_at - began).total_seconds())


def _of_failure(run: Any, workflow: pods.Workflow) -> Outcome:
    failed = [pod for pod in workflow.pods if pod.has_failed]
    if not failed:
        error = getattr(run.error, "message", None)
        return Outcome(
            state=outcomes.FAILED,
            exit_code=ExitCode.FAILED,
            error=error or f"Pipelines reports {run.state} without a failed node",
        )
    # Nodes that depend on it never start, so the first failure is the cause.
    pod = failed[0]
    found = outcomes.in_message(pod.node, pod.message)
    # The driver of a node has spaces in its name.
    name = f'"{pod.node}"' if " " in pod.node else pod.node
    found.log = f"newsdesk logs {run.run_id} {name}"
    return found


def _in_order(workflow: pods.Workflow) -> list[pods.Pod]:
    """Pods that may have logged the outcome: the Pusher, otherwise the last ones."""
    nodes = [
        pod
        for pod in reversed(workflow.pods)
        if pod.state == "Succeeded" and not pod.is_driver and pod.node != "Notify"
    ]
    pusher = [pod for pod in nodes if pod.node == "Pusher"]
    return pusher or nodes[:_MOST_LOGS]
