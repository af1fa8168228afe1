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
        typer.Argument(
            help="Node, such as Trainer. By default, lists all nodes and prints the "
            "log of the first that failed."
        ),
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
        chosen = _choose(present, node)
        text = run_logs.read(client, found.run_id, chosen) if chosen else ""
    # Not inside the block, which captures everything that is printed.
    for pod in present if node is None else ():
        answer(_line(pod))
    if node is not None and chosen is None:
        names = ", ".join(pod.node for pod in present) or "none yet"
        raise ClusterError(f"run {found.run_id} has no node {node}; it has: {names}")
    if text is None and chosen and not chosen.has_run:
        raise ClusterError(
            f"{chosen.node} has not run ({chosen.state.lower()}), so it has no log; "
            f"`newsdesk logs {found.run_id}` lists the nodes that did"
        )
    if text is None and chosen:
        raise ClusterError(
            f"the log of {chosen.node} no longer exists: its pod {chosen.name} was "
            "removed, and Argo did not archive it; set archiveLogs in Argo's settings "
            "to keep the logs of later runs"
        )
    if text:
        answer(text.removesuffix("\n"))


def _choose(present: Any, node: str | None) -> "Pod | None":
    """Finds the named node, or without a name the first that failed."""
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
