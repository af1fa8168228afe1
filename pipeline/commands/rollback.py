"""`newsdesk rollback`."""

from typing import Annotated

import typer

from pipeline.commands.arguments import NEWSDESK, File, Overrides


def rollback(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    to: Annotated[
        int | None,
        typer.Option(
            help="Version to go back to. By default, the version that was in service "
            "before."
        ),
    ] = None,
) -> None:
    """Put an older version back in service, as a new version.

    `run` does not push the replaced model again, unless its data, configuration
    or code change.
    """
    from newsdesk.config.load import load
    from pipeline.local import lock
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import say

    loaded = load(config, overrides or ())
    with lock.held(loaded.root, "a rollback"), quiet():
        from newsdesk.published.rollback import roll_back

        allowed = loaded.model.allowed_operations
        done = roll_back(loaded.serving, to, allowed, loaded.push.sign)
    if done.damaged:
        say(f"the version that was in service is damaged: {done.damaged}")
    say(f"version {done.version} is in service: a copy of version {done.copied}")
