"""`newsdesk rollback`."""

from pathlib import Path
from typing import Annotated

import typer


def rollback(
    config: Annotated[
        Path, typer.Argument(help="The pipeline's configuration file.")
    ] = Path("newsdesk.toml"),
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="May be repeated."),
    ] = None,
    to: Annotated[
        int | None, typer.Option(help="A version; else the model that was in service.")
    ] = None,
) -> None:
    """Put a former version back in service, as a new version.

    The model that it replaces is not pushed again, unless something about it changes.
    """
    from pipeline import lock
    from pipeline.config_file import load
    from pipeline.published.rollback import roll_back

    loaded = load(config, overrides or ())
    with lock.held(loaded.root, "a rollback"):
        version, restored = roll_back(loaded.serving, to)
    print(f"version {version} is in service: what version {restored} was")
