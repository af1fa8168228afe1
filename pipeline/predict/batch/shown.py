"""Shows how many rows are done, and what became of them."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from newsdesk.escaping import escaped
from pipeline.predict.batch.answer_file import Counts, quarantine_of
from pipeline.terminal.layout import paragraph
from pipeline.terminal.screen import SECONDS_BETWEEN_LINES, Stopwatch


class Shown:
    """Prints to a console: a moving line on a terminal, a line every 30 s elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._watch, self._last_line = Stopwatch(), Stopwatch()
        self._status = console.status("loading rows")

    @contextlib.contextmanager
    def moving(self) -> Iterator["Shown"]:
        """Keeps the moving line during a block.

        Yields:
            This object.
        """
        with self._status if self._console.is_terminal else contextlib.nullcontext():
            yield self

    def __call__(self, rows: int) -> None:
        """Shows the number of rows that are done.

        Args:
            rows: since the start.
        """
        text = f"{rows:,} rows  {rows / max(self._watch.seconds, 1e-3):,.0f} rows/s"
        if self._console.is_terminal:
            self._status.update(text)
        elif self._last_line.seconds >= SECONDS_BETWEEN_LINES:
            self._last_line = Stopwatch()
            self._console.print(f"  {text}", highlight=False, soft_wrap=True)

    def end(self, out: Path, counts: Counts) -> None:
        """Prints where the output is, and which rows it lacks.

        Args:
            out: the output.
            counts: what became of the rows.
        """
        words = f"{out}: {counts.written:,} rows in {self._watch.seconds:.1f} s"
        if counts.abstained:
            words += f", {counts.abstained:,} of them abstained"
        paragraph(self._console, "answers    ", escaped(words), "green")
        if counts.bad:
            words = (
                f"{quarantine_of(out)}: {counts.bad:,} rows; the first is "
                f"{counts.first_bad}"
            )
            paragraph(self._console, "quarantine ", escaped(words), "yellow")
