"""How a run on the cluster ended, as far as Pipelines' API can tell."""

from datetime import datetime
from typing import Any

from kubeflow import outcome as outcomes
from kubeflow.cluster import client as clients
from kubeflow.cluster import pods, run_logs
from kubeflow.outcome import Outcome
from newsdesk.errors import ExitCode

_TERMINATED = ("CANCELING", "CANCELED")
# An unchanged run ends at one of its first nodes.
_MOST_LOGS = 5
# Each costs two requests.
_MOST_RUNS = 30


def outcome(client: Any, run: Any) -> Outcome:
    """Says what became of a run.

    A node that failed left its sentence in the workflow; what the Pusher did is in the
    log of a node, which is there until pod and archive are removed.

    Args:
        client: from `clients.connected`.
        run: one that has ended, as the server describes it.

    Returns:
        How it ended; "succeeded" where the logs are gone.
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
    """Tells whether somebody terminated a run.

    Pipelines writes FAILED over the state of a terminated run when Argo has ended it
    (ReportWorkflowResource of 2.17), so only the history shows it.

    Args:
        run: as the server describes it.

    Returns:
        Whether it was terminated, as far as the server has noted it.
    """
    history = [one.state for one in run.state_history or ()]
    return any(state in _TERMINATED for state in [run.state, *history])


def asked_for(successes: list[Any], since: datetime | None) -> list[Any]:
    """Chooses the runs that are asked whether they pushed.

    Args:
        successes: runs that have ended well.
        since: all later ones are asked, and one before; None for the newest 30.

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
        successes: from `asked_for`.

    Returns:
        The run, None if none is known to have pushed; and how many newer ones may have
        pushed, but have no logs any more.
    """
    unknown = 0
    for run in successes:
        found = outcome(client, run)
        if found.state == outcomes.PUSHED:
            return run, unknown
        unknown += found.state == outcomes.SUCCEEDED
    return None, unknown


def seconds(run: Any) -> float | None:
    """Says how long a run took.

    Args:
        run: as the server describes it.

    Returns:
        Seconds until its end; None while it is at work.
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
            error=error or f"Pipelines ended it as {run.state} and names no node",
        )
    # Those after it were never started, so the first is the cause.
    pod = failed[0]
    found = outcomes.in_message(pod.node, pod.message)
    found.log = f'newsdesk logs {run.run_id} "{pod.node}"'
    if " " not in pod.node:
        found.log = found.log.replace('"', "")
    return found


def _in_order(workflow: pods.Workflow) -> list[pods.Pod]:
    """Nodes that may have written the outcome: the Pusher, else the last ones first.

    Where nothing has changed, a run ends at one of its first nodes.
    """
    nodes = [
        pod
        for pod in reversed(workflow.pods)
        if pod.state == "Succeeded" and not pod.is_driver and pod.node != "Notify"
    ]
    pusher = [pod for pod in nodes if pod.node == "Pusher"]
    return pusher or nodes[:_MOST_LOGS]
