"""`newsdesk run`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline.commands.shown import shown
from pipeline.errors import ExitCode

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.history import RunFolder, Summary


def run(
    config: Annotated[
        Path, typer.Argument(help="The pipeline's configuration file.")
    ] = Path("newsdesk.toml"),
    beam_args: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- BEAM ARGUMENTS]", help="Go to Apache Beam."),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="May be repeated."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option(help="Show what the libraries log, too.")
    ] = False,
) -> None:
    """Run the pipeline on this machine.

    Exit codes: 0 pushed or nothing to do, 1 failed, 2 wrong usage or configuration,
    3 not good enough, 4 stopped by a gate, 130 interrupted.
    """
    from pipeline.config_file import load
    from pipeline.history import RunFolder
    from pipeline.logfile import captured

    for word in beam_args or ():
        if not word.startswith("--"):
            raise typer.BadParameter(f"{word!r}: arguments for Beam begin with --")
    loaded = load(config, overrides or ())
    folder = RunFolder.create(loaded)
    with captured(folder.log, verbose) as screen_file:
        from pipeline.local import run as run_locally
        from pipeline.screen import Screen

        console = Console(
            file=screen_file, force_terminal=None if not verbose else False
        )
        summary = run_locally(loaded, folder, Screen(console), beam_args or ())
        _conclude(console, loaded, folder, summary)
    sys.exit(summary.exit_code)


def _conclude(
    console: Console, config: "Config", folder: "RunFolder", summary: "Summary"
) -> None:
    """Says what came out, where it is, and what to type next."""

    def say(head: str, text: str, style: str = "") -> None:
        head = f"{head:<10}"
        console.print(f"[{style}]{head}[/]" if style else head, end=" ")
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    console.print()
    figures = summary.metrics
    if figures:
        say(
            "accuracy",
            f"{figures['accuracy']:.4f} (macro F1 {figures['macro_f1']:.4f}, loss "
            f"{figures['loss']:.4f}) on {figures['rows']:,.0f} {summary.split} rows",
        )
    if summary.exit_code == ExitCode.DONE:
        assert summary.pushed is not None
        if summary.state == "unchanged":
            say(
                "unchanged", "data, configuration and code are as before: nothing to do"
            )
        say(
            "in service" if summary.state == "unchanged" else "pushed",
            shown(Path(summary.pushed)),
            "green",
        )
        say("next", f'newsdesk predict --root {shown(config.root)} "some text"')
    elif summary.exit_code == ExitCode.NOT_GOOD_ENOUGH:
        say("not pushed", "; ".join(summary.refusals), "yellow")
        say("next", "train longer, or change the evaluation section, and run again")
    else:
        say("error", summary.error or "", "red")
        say("log", shown(folder.log))
