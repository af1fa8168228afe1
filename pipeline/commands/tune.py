"""`newsdesk tune`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsdesk.errors import ConfigError, ExitCode
from newsdesk.escaping import escaped, one_line
from pipeline.commands.arguments import NEWSDESK, File, Overrides
from pipeline.commands.shown import complain, shown
from pipeline.terminal.layout import paragraph, table

if TYPE_CHECKING:
    from rich.console import Console

    from newsdesk.config.sections import Config
    from newsdesk.tuning import Trial, Tuning
    from pipeline.local.history import RunFolder, Summary


def tune(
    config: File = NEWSDESK,
    overrides: Overrides = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print one JSON object; the progress goes to standard error."
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option(help="Also show what the libraries log.")
    ] = False,
) -> None:
    """Try the values of the tune section, and print the best for pasting.

    Runs the pipeline up to its node Tuner; what has run before comes from the
    cache, and `newsdesk run` trains with the same values. The same command
    continues after an interruption. Exit codes: 0 done; 1 failed; 2 wrong usage
    or configuration; 4 stopped by a gate; 5 another run is at work; 130
    interrupted.
    """
    from newsdesk.config.load import load
    from pipeline.api.running import check_folders, claimed

    loaded = load(config, overrides or ())
    if loaded.tune is None:
        raise ConfigError(
            f"{config}: has no tune section; add [tune.space] with the keys to tune, "
            'such as "optimizer.learning_rate" = { low = 1e-4, high = 1e-2, log = true '
            "}"
        )
    check_folders(loaded)
    with claimed(loaded):
        summary, tuning = _tuned(loaded, verbose, as_json)
    if tuning is not None:
        _answer(tuning, as_json)
    assert summary.exit_code is not None
    sys.exit(summary.exit_code)


def _tuned(
    config: "Config", verbose: bool, to_stderr: bool
) -> "tuple[Summary, Tuning | None]":
    """Runs up to the Tuner; returns its trials, if it has ended."""
    from rich.console import Console

    from pipeline.api.running import begin, launch
    from pipeline.local import run_report
    from pipeline.terminal.logfile import captured
    from pipeline.terminal.output import Output

    aside = Output(os.dup(2), sys.stderr.encoding, is_owned=True)
    folder, notes = begin(config)
    with aside, captured(folder.log, verbose) as stream:
        screen = aside if to_stderr else stream
        with screen.optional():
            console = Console(file=screen, force_terminal=False if verbose else None)
            head = f"{config.name}: data in {shown(config.data.path)}"
            paragraph(console, "", escaped(head))
            for note in notes:
                paragraph(console, "note: ", escaped(note), "yellow")
            summary, problem = launch(
                config,
                folder,
                console,
                (),
                "",
                lambda ended: run_report.write(config.root, ended, None),
                last="Tuner",
            )
            _conclude(console, folder, summary, problem)
    if summary.error and screen.broke:
        complain(summary.error)
    if summary.exit_code != ExitCode.DONE:
        return summary, None
    return summary, _read(config.root, folder)


def _read(root: Path, folder: "RunFolder") -> "Tuning":
    from newsdesk.tuning import read
    from pipeline.local import report_facts

    return read(root / report_facts.read(folder.path).trials)


def _conclude(
    console: "Console", folder: "RunFolder", summary: "Summary", problem: str | None
) -> None:
    if summary.exit_code != ExitCode.DONE:
        is_stopped = summary.exit_code == ExitCode.INTERRUPTED
        head, style = ("stopped", "yellow") if is_stopped else ("error", "red")
        console.print()
        paragraph(console, f"{head:<10} ", escaped(summary.error or ""), style)
        if is_stopped:
            step = "the same command continues; finished trials are kept"
            paragraph(console, f"{'next':<10} ", step)
        paragraph(console, f"{'log':<10} ", escaped(shown(folder.log)))
    if problem:
        paragraph(console, f"{'report':<10} ", escaped(problem), "yellow")


def _answer(tuning: "Tuning", as_json: bool) -> None:
    from rich.console import Console

    from newsdesk.escaping import as_json as written
    from pipeline.terminal.streams import answer, encodes_all, require_written

    if as_json:
        answer(written(_values(tuning), ascii_only=not encodes_all(sys.stdout)))
        return
    console = Console()
    console.print()
    table(console, _rows(tuning))
    console.print()
    answer(_toml(tuning))
    require_written()


def _values(tuning: "Tuning") -> dict[str, Any]:
    tuned = tuning.tuned().model_dump(mode="json")
    trials = [trial.model_dump(mode="json") for trial in tuning.trials]
    return {**tuned, "trials": trials}


def _rows(tuning: "Tuning") -> list[list[str]]:
    from newsdesk.tuning import FIGURES, shown

    best = tuning.tuned().best
    keys = list(tuning.trials[0].values)
    head = ["trial", *keys, f"eval {FIGURES[tuning.metric]}", "state", "seconds", ""]
    rows = [
        [
            f"{trial.number}{'*' if trial.number == best else ''}",
            *(shown(trial.values[key]) for key in keys),
            _figure(trial),
            trial.state.value,
            f"{trial.seconds:.1f}",
            one_line(_remark(trial)),
        ]
        for trial in tuning.trials
    ]
    return [head, *rows]


def _figure(trial: "Trial") -> str:
    measured = [figure for figure in trial.course if figure is not None]
    if trial.metric is not None:
        return f"{trial.metric:.4f}"
    # Of the last epoch, because no epoch was chosen.
    return f"({measured[-1]:.4f})" if measured else "-"


def _remark(trial: "Trial") -> str:
    return "as configured" if trial.number == 1 and not trial.reason else trial.reason


def _toml(tuning: "Tuning") -> str:
    import tomlkit

    from newsdesk.config.tune import with_values

    tuned = tuning.tuned()
    return (
        f"# {tuned.sentence}\n{tomlkit.dumps(with_values({}, tuned.values))}".rstrip()
    )
