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
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="Set a parameter of the run; may be repeated.",
        ),
    ] = None,
    interval: Annotated[
        str,
        typer.Option(
            metavar="START/END", help="Run an interval of the schedule again."
        ),
    ] = "",
    accepted: Annotated[
        str | None,
        typer.Option(
            "--accept-new-baseline",
            metavar="REASON",
            help="Push even if the model in service has other labels or signatures, or "
            "fails on the new rows; the reason is recorded.",
        ),
    ] = None,
    file: Compiled = None,
    wait: Annotated[bool, typer.Option(help="Wait until the run ends.")] = False,
) -> None:
    """Start a run on Kubeflow Pipelines.

    Reads a token from kubeflow.token_file, from the file that
    NEWSDESK_KFP_TOKEN_FILE names, or from NEWSDESK_KFP_TOKEN. With --wait, the
    exit codes are those of `newsdesk run`, and 5 means that another run has the
    same interval.
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
            raise typer.BadParameter(
                "--accept-new-baseline needs a reason, which is recorded"
            )
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
    """Parses NAME=VALUE; a value that is not TOML is a string."""
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
