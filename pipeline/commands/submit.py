"""`newsdesk submit`."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from pipeline.commands.arguments import NEWSDESK, Compiled, File, Overrides
from pipeline.commands.compiled import compiled


def submit(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="May be repeated."),
    ] = None,
    interval: Annotated[
        str,
        typer.Option(
            metavar="START/END", help="Run an interval of the schedule that failed."
        ),
    ] = "",
    accepted: Annotated[
        str | None,
        typer.Option(
            "--accept-new-baseline",
            metavar="REASON",
            help="Give up a model in service that has other labels or signatures, "
            "or fails on the new rows.",
        ),
    ] = None,
    file: Compiled = None,
    wait: Annotated[bool, typer.Option(help="Stay until the run ends.")] = False,
) -> None:
    """Run the pipeline on Kubeflow Pipelines.

    A token is read from kubeflow.token_file, or from the environment: the file named by
    NEWSDESK_KFP_TOKEN_FILE, or NEWSDESK_KFP_TOKEN itself. With --wait the exit code is
    that of `newsdesk run`; 5: another run has the interval.
    """
    from kubeflow import parameters as parameters_of_runs
    from kubeflow.cluster import client as clients
    from kubeflow.cluster import cluster_retries, ends
    from kubeflow.cluster import submit as submitting
    from kubeflow.intervals import intervals
    from newsdesk.config.load import load
    from pipeline.commands.shown import complain
    from pipeline.terminal.streams import say

    loaded = load(config, overrides or ())
    spec = compiled(loaded, file)
    given = _typed(parameters or ())
    if interval:
        given[intervals.PARAMETER] = str(intervals.parse(interval))
    if accepted is not None:
        if not accepted.strip():
            raise typer.BadParameter("--accept-new-baseline needs a reason")
        given[parameters_of_runs.ACCEPT] = accepted
    submitting.check(spec, given)
    with clients.connected(loaded.kubeflow) as client:
        uploaded = submitting.upload(client, loaded, spec)
        if note := cluster_retries.note(client, uploaded.experiment):
            complain(note, "note", "yellow")
        run = submitting.start(client, loaded, uploaded, given).run_id
    say(f"run      {clients.address(loaded.kubeflow, f'runs/details/{run}')}")
    if wait:
        with clients.connected(loaded.kubeflow) as client:
            ended = ends.outcome(client, submitting.wait(client, run))
        submitting.require_success(run, ended)
        say(f"done     {ended.sentence}")


def _typed(words: Sequence[str]) -> dict[str, Any]:
    """What was typed as NAME=VALUE; a value is TOML or else the string itself."""
    from newsdesk.config.load import typed_value
    from newsdesk.errors import ConfigError

    typed = {}
    for word in words:
        name, separator, text = word.partition("=")
        if not separator or not name:
            raise ConfigError(f"--param {word}: is not of the form NAME=VALUE")
        value = typed_value(text)
        typed[name] = str(value) if isinstance(value, str) else value
    return typed
