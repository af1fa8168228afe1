"""Answers a file with a file, which appears only when it is complete."""

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from newsdesk import atomic
from newsdesk.config.score import QUARANTINE
from newsdesk.errors import DataError, NewsdeskError, reason
from pipeline.predict.answers import Answerer
from pipeline.predict.batch.columns import Columns, Rules
from pipeline.predict.batch.rows import InputRow
from pipeline.predict.batch.windows import Answered, answered
from pipeline.predict.batch.writers import Cells, Writer, writer_for
from pipeline.predict.texts import Unusable


@dataclass
class Counts:
    """What became of the rows.

    Attributes:
        written: rows in the output.
        abstained: those of them without a label that is probable enough.
        bad: rows in the quarantine.
        first_bad: what is wrong with the first of these, and where it is.
    """

    written: int = 0
    abstained: int = 0
    bad: int = 0
    first_bad: str = ""

    @property
    def rows(self) -> int:
        """All rows."""
        return self.written + self.bad


def quarantine_of(out: Path) -> Path:
    """Names the file for the rows that cannot be classified.

    Args:
        out: the path of the output.
    """
    return out.with_suffix(QUARANTINE)


def answer_file(
    rows: Iterable[InputRow],
    out: Path,
    answerer: Answerer,
    rules: Rules,
    progress: Callable[[int], None] = lambda _: None,
) -> Counts:
    """Answers rows, and writes them as `write` does.

    Args:
        rows: the rows of a file; all memory that is used is that of a window.
        out: see `write`.
        answerer: the model.
        rules: see `write`.
        progress: see `write`.

    Returns:
        The counts.

    Raises:
        ConfigError: see `write`.
        DataError: see `write`.
        NewsdeskError: the output cannot be written.
    """
    try:
        return write(answered(rows, answerer), out, rules, progress)
    except OSError as error:
        raise NewsdeskError(
            f"{out}: cannot be written: {reason(error)}; choose another file with --out"
        ) from None


def write(
    windows: Iterable[list[Answered]],
    out: Path,
    rules: Rules,
    progress: Callable[[int], None] = lambda _: None,
) -> Counts:
    """Writes every row with its answer, in order.

    Args:
        windows: of `windows.answered`.
        out: the output, .csv, .jsonl or .parquet; an existing file is replaced at the
            end. Rows that cannot be classified go to a file beside it.
        rules: what is written about an answer.
        progress: called with the number of rows that are done.

    Returns:
        The counts.

    Raises:
        ConfigError: the name of the output says no format.
        DataError: the rows cannot be read, or none can be classified.
        OSError: the output cannot be written.
    """
    writer_for(out)
    # The output is renamed last, so that it never lacks its quarantine.
    with atomic.replacing(out) as stream, contextlib.ExitStack() as opened:
        output = _Output(out, stream, opened, rules)
        for window in windows:
            output.write(window)
            progress(output.counts.rows)
        output.close()
    if not output.counts.bad:
        quarantine_of(out).unlink(missing_ok=True)
    return output.counts


class _Output:
    """The output and its quarantine; both begin with the first window."""

    def __init__(
        self,
        out: Path,
        stream: IO[bytes],
        opened: contextlib.ExitStack,
        rules: Rules,
    ) -> None:
        self.counts = Counts()
        self._out, self._stream, self._opened, self._rules = out, stream, opened, rules
        self._bad: IO[bytes] | None = None
        self._columns: Columns | None = None
        self._writer: Writer | None = None
        self._names: frozenset[str] = frozenset()

    def write(self, window: list[Answered]) -> None:
        cells = [
            found
            for row, answer in window
            if (found := self._cells(row, answer, window))
        ]
        if self._writer:
            self._writer.write(cells)
        self.counts.written += len(cells)

    def close(self) -> None:
        if not self._writer:
            first = self.counts.first_bad or f"{self._out}: the input has no rows"
            raise DataError(
                f"none of the {self.counts.bad:,} rows can be classified, so nothing "
                f"was written; the first is {first}"
            )
        self._writer.close()

    def _cells(
        self, row: InputRow, answer: dict[str, object] | None, window: list[Answered]
    ) -> Cells | None:
        if isinstance(row.text, Unusable) or answer is None:
            self._quarantine(row, str(getattr(row.text, "reason", "")))
            return None
        columns = self._columns or self._begin(row.file, window)
        if fault := self._unfit(row):
            self._quarantine(row, f"{row.file}:{row.number}: {fault}")
            return None
        self.counts.abstained += columns.abstains(answer)
        return {**row.cells, **columns.answer(answer)}

    def _begin(self, file: str, window: list[Answered]) -> Columns:
        good = [row.cells for row, answer in window if answer is not None]
        self._columns = Columns.of(file, good, self._rules)
        kind = writer_for(self._out)
        self._writer = kind(self._stream, self._columns)
        # After `close`, it does nothing.
        self._opened.callback(self._writer.abandon)
        self._names = (
            frozenset() if kind.takes_new_columns else frozenset(self._columns.kept)
        )
        return self._columns

    def _unfit(self, row: InputRow) -> str:
        """Explains why a row does not fit the columns of the first window, or ""."""
        assert self._columns is not None
        found = set(row.cells)
        if taken := found & self._columns.reserved:
            return f"has the column {min(taken)!r}, which the answer has; rename it"
        if self._names and (new := found - self._names):
            return (
                f"has the column {min(new)!r}, which the first rows lack; write .jsonl"
            )
        return ""

    def _quarantine(self, row: InputRow, why: str) -> None:
        if self._bad is None:
            aside = quarantine_of(self._out)
            self._bad = self._opened.enter_context(atomic.replacing(aside))
        values = {
            "file": row.file,
            "row": row.number,
            "reason": why,
            "content": row.content or dict(row.cells),
        }
        self._bad.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
        self.counts.bad += 1
        self.counts.first_bad = self.counts.first_bad or why
