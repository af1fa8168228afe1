"""`newsdesk report`."""

import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from newsdesk.errors import ConfigError, ModelError, NewsdeskError, reason
from pipeline.commands.arguments import RunsRoot

if TYPE_CHECKING:
    from pipeline.commands.next_step import NextStep
    from pipeline.local.history import Summary


def report(
    run: Annotated[
        str,
        typer.Argument(
            help="The run: its id, or its first characters. By default the newest run."
        ),
    ] = "",
    root: RunsRoot = None,
    out: Annotated[
        Path | None, typer.Option(help="Copy the page to this file.")
    ] = None,
) -> None:
    """Show the report of a run, where its page is, and how TensorBoard shows it.

    If the page is missing or older than the end of the run, it is made again from the
    files of the run.
    """
    from components.reporter.files import MARKDOWN, PAGE
    from pipeline.local import run_report

    pipeline, summary = _chosen(run, root)
    folder = pipeline / "runs" / summary.run
    if not _is_current(folder, summary):
        step = _next_step(pipeline, folder, summary)
        if problem := run_report.write(
            pipeline, summary, step.advice, is_thorough=True, command=step.command
        ):
            raise NewsdeskError(f"{folder}: {problem}")
    if out:
        _copy(folder / PAGE, out)
    _print(out or folder / PAGE, folder / MARKDOWN, _command(pipeline, folder))


def _chosen(given: str, root: Path | None) -> tuple[Path, "Summary"]:
    """Finds a run and the folder of its pipeline."""
    from pipeline.commands.chosen_run import chosen, roots
    from pipeline.local.history import past_runs

    found = [
        (folder, summary) for folder in roots(root) for summary in past_runs(folder)
    ]
    if not found:
        raise ConfigError(
            "there are no runs here; choose a pipeline with --root FOLDER"
        )
    found.sort(key=lambda one: one[1].started.timestamp(), reverse=True)
    return chosen(found, given) if given else found[0]


def _next_step(pipeline: Path, folder: Path, summary: "Summary") -> "NextStep":
    """Says again what can be done after a run."""
    from newsdesk.config.sections import Config
    from pipeline.commands import next_step
    from pipeline.local import run_settings
    from pipeline.local.history import RunFolder

    values = run_settings.read(folder)
    values["output"] = {**values.get("output", {}), "root": str(pipeline.absolute())}
    try:
        config = Config.model_validate(values, context={"folder": folder})
    # An older release may have had other keys.
    except (ValueError, ConfigError):
        return next_step.NextStep()
    return next_step.of(config, RunFolder(folder), summary, summary.command)


def _is_current(folder: Path, summary: "Summary") -> bool:
    """Decides whether the page shows how the run ended.

    This command also writes the page of a run at work, which may be killed later.
    """
    from components.reporter import files
    from newsdesk.states import RunState

    if not (folder / files.PAGE).is_file() or summary.state is RunState.RUNNING:
        return False
    try:
        return files.read(folder).verdict.state is summary.state
    except (OSError, ValueError, ModelError):
        return False


def _copy(page: Path, out: Path) -> None:
    try:
        shutil.copyfile(page, out)
    except OSError as error:
        raise NewsdeskError(
            f"{out}: cannot be written: {reason(error)}; choose another file with --out"
        ) from None


def _command(pipeline: Path, folder: Path) -> str:
    """Returns the command that shows the training in TensorBoard, or ""."""
    from pipeline.commands.shown import shown
    from pipeline.local import report_facts

    events = report_facts.read(folder).event_files(pipeline)
    return f"tensorboard --logdir {shlex.quote(shown(events))}" if events else ""


def _print(page: Path, summary: Path, tensorboard: str) -> None:
    """Prints the path of the page, a command, and the summary in Markdown."""
    from rich.markdown import Markdown
    from rich.text import Text

    from newsdesk.escaping import escaped
    from pipeline.commands.shown import shown
    from pipeline.terminal.layout import paragraph
    from pipeline.terminal.streams import require_written

    console = Console()
    paragraph(console, f"{'report':<10} ", escaped(shown(page)), "bold")
    if tensorboard:
        # Not wrapped, so that it can be copied.
        line = Text(escaped(f"{'training':<10} {tensorboard}"))
        console.print(line, soft_wrap=True)
    if summary.is_file():
        text = escaped(summary.read_text(encoding="utf-8"))
        if console.is_terminal:
            console.print(Markdown(text))
        else:
            console.print(text, markup=False, highlight=False, soft_wrap=True)
    require_written()
