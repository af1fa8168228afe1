"""`newsdesk runs`."""

import json
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from pipeline.commands.arguments import NEWSDESK, ConfigOption, Overrides, RunsRoot

if TYPE_CHECKING:
    from pipeline.local.history import Summary


def runs(
    run: Annotated[
        str,
        typer.Argument(
            help="Show everything about this run: its id, or its first characters."
        ),
    ] = "",
    root: RunsRoot = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object per run and line."),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Show only the newest N runs of each pipeline."),
    ] = None,
    cluster: Annotated[
        bool,
        typer.Option(
            "--cluster", help="List the newest 20 runs on Kubeflow Pipelines."
        ),
    ] = False,
    config: ConfigOption = NEWSDESK,
    overrides: Overrides = None,
) -> None:
    """List past runs, one line each, or show everything about one run."""
    if cluster:
        if run:
            raise typer.BadParameter(
                "for a run of the cluster, use `newsdesk logs RUN`"
            )
        _on_the_cluster(config, overrides, as_json)
        return
    from pipeline.commands.chosen_run import roots as roots_of

    roots = roots_of(root)
    if run or as_json:
        _show(roots, run, as_json, limit)
    else:
        _print_list(roots, limit)


def _show(roots: list[Path], run: str, as_json: bool, limit: int | None) -> None:
    """Prints runs with everything that their summaries contain."""
    from pipeline.commands import run_details
    from pipeline.commands.chosen_run import chosen
    from pipeline.local.history import past_runs

    found = [
        (folder, summary)
        for folder in roots
        for summary in islice(past_runs(folder), None if run else limit)
    ]
    found = [chosen(found, run)] if run else found
    if as_json:
        _print_json([summary for _, summary in found])
    else:
        _print_page(run_details.page(*found[0]))


def _print_json(summaries: Iterable["Summary"]) -> None:
    from newsdesk.escaping import as_json
    from pipeline.terminal.streams import answer, encodes_all

    for summary in summaries:
        values = json.loads(summary.model_dump_json())
        answer(as_json(values, ascii_only=not encodes_all(sys.stdout)))


def _print_page(lines: Iterable[tuple[str, str]]) -> None:
    from newsdesk.escaping import escaped
    from pipeline.terminal.layout import paragraph
    from pipeline.terminal.streams import require_written

    console = Console()
    for head, text in lines:
        paragraph(console, f"{head:<10} ", escaped(text), "bold")
    require_written()


def _print_list(roots: list[Path], limit: int | None) -> None:
    """Prints a line for each run, and one for each model in service."""
    from pipeline.commands import run_list
    from pipeline.local.run_files import listed
    from pipeline.terminal.layout import paragraph, table
    from pipeline.terminal.streams import answer, require_written

    found = [run for root in roots for run in islice(listed(root), limit)]
    if not found:
        answer("no runs yet; `newsdesk run CONFIG` starts one")
        return
    console = Console()
    width = console.width if console.is_terminal else sys.maxsize
    table(console, run_list.rows(found, width))
    for root in roots:
        if text := run_list.in_service(root):
            console.print()
            paragraph(console, f"in service of {root.name}: ", text, "green")
    require_written()


def _on_the_cluster(config: Path, overrides: list[str] | None, as_json: bool) -> None:
    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from pipeline.commands import cluster_runs
    from pipeline.terminal.layout import table
    from pipeline.terminal.streams import answer, encodes_all, require_written

    found = list(cluster_runs.rows(config, overrides))
    if as_json:
        for row in found:
            answer(written(row, ascii_only=not encodes_all(sys.stdout)))
        return
    if not found:
        answer("no runs on the cluster yet; `newsdesk submit` starts one")
        return
    cells = ([one_line(cell) for cell in cluster_runs.cells(row)] for row in found)
    table(Console(), [["run", "started", "took", "result"], *cells])
    require_written()
