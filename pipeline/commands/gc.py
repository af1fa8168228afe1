"""`newsdesk gc`."""

from typing import Annotated

import typer

from pipeline.commands.arguments import NEWSDESK, File, Overrides


def gc(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    keep_last: Annotated[
        int, typer.Option(min=1, help="Runs whose artifacts stay.")
    ] = 3,
    dry_run: Annotated[
        bool, typer.Option(help="Only list what would be removed.")
    ] = False,
) -> None:
    """Remove what old runs left behind: artifacts, checkpoints, logs.

    Versions in service are not touched; `push.keep` retires them.
    """
    from newsdesk.config.load import load
    from pipeline.commands.shown import shown
    from pipeline.local import garbage, lock, ownership
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, say

    # What would go is the result; what is gone is gone, whoever reads of it.
    show = answer if dry_run else say
    loaded = load(config, overrides or ())
    with lock.held(loaded.root, "garbage collection"):
        ownership.check(loaded.root, loaded.name)
        with quiet():
            found = garbage.find(loaded, keep_last)
        for one in found.garbage:
            show(f"{one.size:>15,}  {shown(one.path)}")
        if not dry_run:
            garbage.remove(found.garbage)
    total = sum(one.size for one in found.garbage)
    show(
        f"{total:>15,}  bytes in {len(found.garbage)} places "
        + ("would be removed" if dry_run else "were removed")
    )
    for path in found.unexplained:
        show(f"{'left':>15}  {shown(path)}")
    if found.unexplained:
        show(
            f"{'':>15}  no record of this root explains these; remove them yourself "
            "if you do not need them"
        )
