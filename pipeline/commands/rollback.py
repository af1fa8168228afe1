"""`newsdesk rollback`."""

from typing import Annotated

import typer

from pipeline.commands.arguments import NEWSDESK, File, Overrides


def rollback(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    to: Annotated[
        int | None, typer.Option(help="A version; else the model that was in service.")
    ] = None,
) -> None:
    """Put a former version back in service, as a new version.

    The model that it replaces is not pushed again, unless something about it changes.
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
    say(f"version {done.version} is in service: what version {done.copied} was")
