"""`newsdesk runs`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.commands.arguments import NEWSDESK, ConfigOption, Overrides


def runs(
    root: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a pipeline (output.root). By default, all pipelines in "
            "./newsdesk."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per run.")
    ] = False,
    cluster: Annotated[
        bool,
        typer.Option(
            "--cluster", help="List the newest 20 runs on Kubeflow Pipelines."
        ),
    ] = False,
    config: ConfigOption = NEWSDESK,
    overrides: Overrides = None,
) -> None:
    """List past runs: data, accuracy, and the pushed version or the reason for none."""
    if cluster:
        _on_the_cluster(config, overrides, as_json)
        return
    from rich.table import Table
    from rich.text import Text

    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from pipeline.local.history import past_runs
    from pipeline.terminal.streams import answer, encodes_all, require_written

    roots = [root] if root else sorted(Path("newsdesk").glob("*"))
    found = [summary for folder in roots for summary in past_runs(folder)]
    if as_json:
        for summary in found:
            values = json.loads(summary.model_dump_json())
            answer(written(values, ascii_only=not encodes_all(sys.stdout)))
        return
    if not found:
        answer("no runs yet; `newsdesk run CONFIG` starts one")
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("run", "pipeline", "data", "rows", "accuracy", "took"):
        table.add_column(head, no_wrap=True, overflow="ellipsis")
    table.add_column("result", ratio=1)
    for summary in found:
        accuracy = summary.metrics.get("accuracy")
        rows = summary.rows.get("rows_out")
        why = summary.error or "; ".join(summary.refusals)
        table.add_row(
            *(
                Text(one_line(cell))
                for cell in (
                    summary.run,
                    summary.pipeline,
                    Path(summary.data).name,
                    "" if rows is None else f"{rows:,}",
                    "" if accuracy is None else f"{accuracy:.4f}",
                    f"{summary.seconds:.0f} s",
                    f"{summary.state}: {why}" if why else summary.state,
                )
            )
        )
    Console().print(table)
    require_written()


def _on_the_cluster(config: Path, overrides: list[str] | None, as_json: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from newsdesk.escaping import as_json as written
    from newsdesk.escaping import one_line
    from pipeline.commands import cluster_runs
    from pipeline.terminal.streams import answer, encodes_all, require_written

    found = list(cluster_runs.rows(config, overrides))
    if as_json:
        for row in found:
            answer(written(row, ascii_only=not encodes_all(sys.stdout)))
        return
    if not found:
        answer("no runs on the cluster yet; `newsdesk submit` starts one")
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("run", "started", "took"):
        table.add_column(head, no_wrap=True, overflow="ellipsis")
    table.add_column("result", ratio=1)
    for row in found:
        table.add_row(*(Text(one_line(cell)) for cell in cluster_runs.cells(row)))
    Console().print(table)
    require_written()
