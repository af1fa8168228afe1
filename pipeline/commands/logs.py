"""`newsdesk logs`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.arguments import NEWSDESK, ConfigOption, Overrides, RunId

if TYPE_CHECKING:
    from kubeflow.cluster.pods import Pod


def logs(
    run: RunId,
    node: Annotated[
        str | None,
        typer.Argument(help="Such as Trainer; without it, the nodes and what failed."),
    ] = None,
    config: ConfigOption = NEWSDESK,
    overrides: Overrides = None,
) -> None:
    """Print the log of a node of a run on Kubeflow Pipelines."""
    from kubeflow.cluster import client as clients
    from kubeflow.cluster import found_runs, pods, run_logs
    from newsdesk.config.load import load
    from newsdesk.errors import ClusterError
    from pipeline.terminal.streams import answer

    loaded = load(config, overrides or ())
    with clients.connected(loaded.kubeflow) as client:
        found = found_runs.one(client, loaded, run)
        present = pods.of(client, found.run_id).pods
        wanted = _wanted(present, node)
        text = run_logs.read(client, found.run_id, wanted) if wanted else ""
    # Only here: the client's own messages are caught together with what is printed.
    for pod in present if node is None else ():
        answer(_line(pod))
    if node is not None and wanted is None:
        names = ", ".join(pod.node for pod in present) or "none yet"
        raise ClusterError(f"run {found.run_id} has no node {node}; it has: {names}")
    if text is None and wanted and not wanted.has_run:
        raise ClusterError(
            f"{wanted.node} has not run ({wanted.state.lower()}), so it has no log; "
            f"`newsdesk logs {found.run_id}` lists the nodes that did"
        )
    if text is None and wanted:
        raise ClusterError(
            f"the log of {wanted.node} is gone: its pod {wanted.name} was removed, and "
            "Argo archived nothing (archiveLogs)"
        )
    if text:
        answer(text.removesuffix("\n"))


def _wanted(present: Any, node: str | None) -> "Pod | None":
    """The node that was named, or else the first that failed."""
    if node is None:
        return next((pod for pod in present if pod.has_failed), None)
    return next((pod for pod in present if pod.node.lower() == node.lower()), None)


def _line(pod: "Pod") -> str:
    from newsdesk.escaping import one_line

    took = ""
    if pod.started and pod.finished:
        took = f"{(pod.finished - pod.started).total_seconds():.0f} s"
    line = f"{pod.node:<28} {pod.state.lower():<10} {took:>8}  {one_line(pod.message)}"
    return line.rstrip()
