"""`newsdesk doctor`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from newsdesk.errors import ExitCode


def doctor(
    deep: Annotated[
        bool, typer.Option(help="Also import TensorFlow, which takes seconds.")
    ] = False,
) -> None:
    """Check the installation and the machine, and print how to fix each problem.

    Exit codes: 0 no problem, 1 at least one problem.
    """
    from rich.table import Table
    from rich.text import Text

    from newsdesk.escaping import escaped
    from pipeline.doctor import check
    from pipeline.terminal.streams import answer, require_written

    findings = check(deep)
    table = Table("", "what", "expected", "found", box=None, header_style="dim")
    for finding in findings:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        row = (finding.what, finding.expected, finding.found)
        table.add_row(mark, *(Text(escaped(cell)) for cell in row))
    Console().print(table)
    require_written()
    wrong = [finding for finding in findings if not finding.ok]
    for finding in wrong:
        answer(f"{finding.what}: {finding.remedy}")
    sys.exit(ExitCode.FAILED if wrong else ExitCode.DONE)
