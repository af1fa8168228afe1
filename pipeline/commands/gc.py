"""`newsdesk gc`."""

from typing import Annotated

import typer
from rich.console import Console

from pipeline.commands.arguments import NEWSDESK, File, Overrides


def gc(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    keep_last: Annotated[
        int,
        typer.Option(
            "--keep",
            "--keep-last",
            min=1,
            help="Number of newest good runs to keep: those that ended with a verdict "
            "on their model or data.",
        ),
    ] = 3,
    dry_run: Annotated[
        bool, typer.Option(help="List what would be removed; remove nothing.")
    ] = False,
) -> None:
    """Remove the artifacts, checkpoints and logs that only old runs need.

    Keeps the run that made the model in service. Does not remove published versions;
    `push.keep` limits their number.
    """
    from newsdesk.config.load import load
    from pipeline.commands.shown import shown
    from pipeline.local import garbage, garbage_summary, lock, ownership
    from pipeline.terminal.layout import beside
    from pipeline.terminal.logfile import quiet
    from pipeline.terminal.streams import answer, say

    # With --dry-run the list is the result, so it must be written. Otherwise it only
    # reports a removal, which counts even if the screen is closed.
    show = answer if dry_run else say
    loaded = load(config, overrides or ())
    with lock.held(loaded.root, "garbage collection"):
        ownership.check(loaded.root, loaded.name)
        with quiet():
            found = garbage.find(loaded, keep_last)
        for entry in found.garbage:
            show(f"{entry.size:>15,}  {shown(entry.path)}")
        # Before the removal, which ends what tells files from folders.
        summary = list(garbage_summary.lines(loaded, found, keep_last))
        if not dry_run:
            garbage.remove(found.garbage)
    console = Console()
    for head, text in summary:
        word = "would remove" if dry_run and head == "removed" else head
        show(beside(console, f"{word:>15}  ", text))
    for path in found.unexplained:
        show(f"{'kept':>15}  {shown(path)}")
    if found.unexplained:
        why = (
            "no run of this pipeline is known to need or to have written what is kept; "
            "remove it yourself if you do not need it"
        )
        show(beside(console, f"{'':>15}  ", why))
