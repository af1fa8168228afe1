"""`newsdesk gc`."""

from pathlib import Path
from typing import Annotated

import typer


def gc(
    config: Annotated[
        Path, typer.Argument(help="The pipeline's configuration file.")
    ] = Path("newsdesk.toml"),
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="May be repeated."),
    ] = None,
    keep_last: Annotated[
        int, typer.Option(min=1, help="Runs whose artifacts stay.")
    ] = 3,
    dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False,
) -> None:
    """Remove what old runs have left: artifacts, checkpoints, logs.

    Versions in service are not touched; `push.keep` retires them.
    """
    from pipeline import garbage, lock
    from pipeline.commands.shown import shown
    from pipeline.config_file import load

    loaded = load(config, overrides or ())
    with lock.held(loaded.root, "garbage collection"):
        found = garbage.find(loaded, keep_last)
        for one in found:
            print(f"{one.size:>15,}  {shown(one.path)}")
        if not dry_run:
            garbage.remove(found)
    total = sum(one.size for one in found)
    print(
        f"{total:>15,}  bytes in {len(found)} folders "
        + ("would go" if dry_run else "are gone")
    )
