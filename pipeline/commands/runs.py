"""`newsdesk runs`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def runs(
    root: Annotated[
        Path | None, typer.Option(help="A pipeline's folder; else all of ./newsdesk.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False,
) -> None:
    """List past runs: when, which data, accuracy, pushed or why not."""
    from rich.table import Table
    from rich.text import Text

    from pipeline.history import past_runs

    roots = [root] if root else sorted(Path("newsdesk").glob("*"))
    found = [(one, summary) for one in roots for summary in past_runs(one)]
    if as_json:
        for _, summary in found:
            print(summary.model_dump_json())
        return
    if not found:
        print("no runs yet; `newsdesk run CONFIG` makes one")
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("run", "pipeline", "data", "rows", "accuracy", "took"):
        table.add_column(head, no_wrap=True, overflow="ellipsis")
    table.add_column("result", ratio=1)
    for _, summary in found:
        accuracy = summary.metrics.get("accuracy")
        rows = summary.rows.get("rows_out")
        why = summary.error or "; ".join(summary.refusals)
        table.add_row(
            summary.run,
            summary.pipeline,
            Path(summary.data).name,
            "" if rows is None else f"{rows:,}",
            "" if accuracy is None else f"{accuracy:.4f}",
            f"{summary.seconds:.0f} s",
            Text(f"{summary.state}: {why}" if why else summary.state),
        )
    Console().print(table)
