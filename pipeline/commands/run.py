"""`newsdesk run`."""

import datetime
import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from newsdesk.errors import ExitCode, NewsdeskError
from newsdesk.escaping import escaped
from pipeline.commands.arguments import NEWSDESK, File, Overrides
from pipeline.commands.shown import complain, shown
from pipeline.terminal import streams
from pipeline.terminal.layout import paragraph

if TYPE_CHECKING:
    from newsdesk.config.sections import Config
    from pipeline.commands.next_step import NextStep
    from pipeline.local.history import RunFolder, Summary


def run(
    config: File = NEWSDESK,
    beam_args: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- BEAM ARGUMENTS]", help="Arguments for Beam."),
    ] = None,
    overrides: Overrides = None,
    verbose: Annotated[
        bool, typer.Option(help="Also show what the libraries log.")
    ] = False,
    if_new_data: Annotated[
        bool, typer.Option(help="Do nothing if the last run has used the same data.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            help="Show what would be read, run and written; change nothing on the disk."
        ),
    ] = False,
    accept: Annotated[
        str | None,
        typer.Option(
            "--accept-new-baseline",
            metavar="REASON",
            help="Push even if the model in service has other labels or signatures, or "
            "fails on the new rows; the reason is recorded.",
        ),
    ] = None,
) -> None:
    """Run the pipeline on this machine.

    Exit codes: 0 pushed, or nothing to do; 1 failed; 2 wrong usage or
    configuration; 3 not good enough; 4 stopped by a gate; 5 another run is at
    work; 130 interrupted.
    """
    from newsdesk.config.load import load
    from pipeline.api.running import check_folders, claimed

    for word in beam_args or ():
        if not word.startswith("--"):
            raise typer.BadParameter(f"{word!r}: arguments for Beam begin with --")
    if accept is not None and not accept.strip():
        raise typer.BadParameter(
            "--accept-new-baseline needs a reason, which is recorded"
        )
    loaded = load(config, overrides or ())
    check_folders(loaded)
    if dry_run:
        from pipeline.commands import dry_run as dry

        streams.say(f"{loaded.name}: data in {shown(loaded.data.path)}")
        dry.show(loaded, beam_args or (), accept or "")
        return
    try:
        with claimed(loaded):
            if if_new_data and (seen := _seen(loaded)):
                streams.say(seen)
                sys.exit(ExitCode.DONE)
            sets = [word for one in overrides or () for word in ("--set", one)]
            typed = ["newsdesk", "run", str(config), *sets]
            sys.exit(start_run(loaded, beam_args or (), verbose, accept or "", typed))
    except (NewsdeskError, OSError) as error:
        raise _notified(loaded, error) from None


def start_run(
    config: "Config",
    beam_args: Sequence[str],
    verbose: bool,
    accepted: str,
    typed: Sequence[str] = (),
) -> ExitCode:
    """Runs the pipeline on this machine and prints how it ended.

    Args:
        config: the effective configuration.
        beam_args: arguments for Beam.
        verbose: whether the log goes to the screen.
        accepted: the reason to give up the model in service; "" without one.
        typed: the words of the command, to print how it can continue.

    Returns:
        The exit code of the command.
    """
    # Before the slow imports, so that the user sees at once that the command works.
    streams.say(f"{config.name}: data in {shown(config.data.path)}")
    from pipeline.api.running import begin, launch
    from pipeline.notify import notify
    from pipeline.terminal.logfile import captured

    folder, notes = begin(config)
    folder.command = list(typed)
    with captured(folder.log, verbose) as stream, stream.optional():
        console = Console(file=stream, force_terminal=False if verbose else None)
        for note in notes:
            logging.getLogger("newsdesk").info("note: %s", note)
            paragraph(console, "note: ", escaped(note), "yellow")

        def report(ended: "Summary") -> "tuple[NextStep, str | None]":
            from pipeline.commands import next_step
            from pipeline.local import run_report

            step = next_step.of(config, folder, ended, typed)
            return step, run_report.write(
                config.root, ended, step.advice, command=step.command
            )

        summary, (step, problem) = launch(
            config, folder, console, beam_args, accepted, report
        )
        _conclude(console, folder, summary, step, problem)
        if problem := notify(config.output.notify, summary):
            paragraph(console, "", escaped(problem))
    assert summary.exit_code is not None
    why = summary.error or "; ".join(summary.refusals)
    if why and stream.broke:
        # The screen could not show the reason.
        complain(why)
    return summary.exit_code


def _notified(config: "Config", error: Exception) -> NewsdeskError:
    """Notifies the webhook of a run that could not begin, and returns its error."""
    from newsdesk.explain import explain
    from newsdesk.states import RunState
    from pipeline.local.history import Summary
    from pipeline.notify import notify

    failure = NewsdeskError()
    sentence, failure.exit_code = explain(error, config.root)
    failure.args = (sentence,)
    summary = Summary(
        run="not begun",
        pipeline=config.name,
        started=datetime.datetime.now().astimezone(),
        data=config.data.path,
        state=RunState.FAILED,
        exit_code=failure.exit_code,
        error=sentence,
    )
    if problem := notify(config.output.notify, summary):
        print(escaped(problem), file=sys.stderr)
    return failure


def _seen(config: "Config") -> str | None:
    """Names the run or version that has already used this data, if there is one."""
    from components.bulk_inferrer import record
    from components.text_example_gen import content
    from newsdesk.published.in_service import newest
    from pipeline.local.history import VERDICTS, past_runs

    current = newest(config.serving)
    if record.is_due(config.score, current):
        return None
    now = content.data_digest(config.data)
    last = next((run for run in past_runs(config.root) if run.state in VERDICTS), None)
    if last and last.data_digest == now:
        return f"no new data since run {last.run} ({last.state}): nothing to do"
    if current and current.manifest.origin.data_digest == now:
        return f"no new data since version {current.version}: nothing to do"
    return None


def _conclude(
    console: Console,
    folder: "RunFolder",
    summary: "Summary",
    next_step: "NextStep",
    problem: str | None = None,
) -> None:
    """Prints the result, where it is, the next command, and where the report is."""
    from components.reporter.files import PAGE
    from newsdesk.states import RunState

    def say(head: str, text: str, style: str = "") -> None:
        paragraph(console, f"{head:<10} ", escaped(text), style)

    console.print()
    step = next_step.line
    figures = summary.metrics
    if figures:
        say(
            "accuracy",
            f"{figures['accuracy']:.4f} (macro F1 {figures['macro_f1']:.4f}, loss "
            f"{figures['loss']:.4f}) on {figures['rows']:,.0f} {summary.split} rows",
        )
    before = summary.baseline_metrics
    if before:
        say(
            "against",
            f"version {summary.baseline}: accuracy {before['accuracy']:.4f} -> "
            f"{figures['accuracy']:.4f}, macro F1 {before['macro_f1']:.4f} -> "
            f"{figures['macro_f1']:.4f}, on the same rows",
        )
    if summary.shown:
        more = len(summary.shown) - 1
        note = f" (and {more:,} more in the summary)" if more else ""
        say("too few", summary.shown[0] + note)
    if summary.accepted:
        say("given up", f"the model in service: {summary.accepted}")
    if summary.state is RunState.WITHDRAWN:
        say("not pushed", "this model was rolled back", "yellow")
        say("next", step or "")
    elif summary.exit_code == ExitCode.DONE:
        assert summary.pushed is not None
        if summary.state is RunState.UNCHANGED:
            end = "" if summary.nodes else ": nothing to do"
            say("unchanged", f"this model is already in service{end}")
        say(
            "in service" if summary.state is RunState.UNCHANGED else "pushed",
            shown(summary.pushed),
            "green",
        )
        # Not wrapped, so that it can be copied.
        console.print(Text(escaped(f"{'next':<10} {step}")), soft_wrap=True)
    elif summary.exit_code == ExitCode.NOT_GOOD_ENOUGH:
        say("not pushed", "; ".join(summary.refusals), "yellow")
        say("next", step or "")
    elif summary.state is RunState.INTERRUPTED:
        why = summary.error or ""
        say("stopped", why.removeprefix("stopped "), "yellow")
        if step:
            say("next", step)
        say("log", shown(folder.log))
    else:
        say("error", summary.error or "", "red")
        if step:
            say("next", step)
        say("log", shown(folder.log))
    if problem:
        say("report", problem, "yellow")
    elif (page := folder.path / PAGE).exists():
        say("report", shown(page))
