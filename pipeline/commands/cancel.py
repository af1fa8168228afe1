"""`newsdesk cancel`."""

from pipeline.commands.arguments import NEWSDESK, ConfigOption, Overrides, RunId


def cancel(
    run: RunId,
    config: ConfigOption = NEWSDESK,
    overrides: Overrides = None,
) -> None:
    """Terminate a run on Kubeflow Pipelines."""
    from kubeflow.cluster import client as clients
    from kubeflow.cluster import found_runs
    from kubeflow.intervals import intervals
    from newsdesk.config.load import load
    from newsdesk.errors import ClusterError
    from pipeline.terminal.streams import say

    loaded = load(config, overrides or ())
    with clients.connected(loaded.kubeflow) as client:
        found = found_runs.one(client, loaded, run)
        if clients.has_ended(found):
            raise ClusterError(
                f"run {found.run_id} cannot be canceled: it has already ended "
                f"({found.state.lower()})"
            )
        client.terminate_run(found.run_id)
    say(f"canceled run {found.run_id}: its nodes stop now, and it sends no message")
    parameters = found.runtime_config.parameters if found.runtime_config else None
    if (parameters or {}).get(intervals.PARAMETER):
        say("next     newsdesk submit --interval START/END runs its interval again")
