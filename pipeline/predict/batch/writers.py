"""Writes rows with their answers as CSV, JSON Lines or Parquet."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from newsdesk.errors import ConfigError
from pipeline.predict.batch.columns import Columns

Cells = Mapping[str, str | float | None]


class Writer(Protocol):
    """Writes rows to a binary stream."""

    def write(self, rows: Sequence[Cells]) -> None:
        """Writes some rows, in order."""

    def close(self) -> None:
        """Writes what is left; does not close the stream."""

    def abandon(self) -> None:
        """Writes nothing more, because the stream will be closed and removed."""


class CsvWriter:
    """Writes CSV in UTF-8 with a header, quoted as in RFC 4180."""

    takes_new_columns = False

    def __init__(self, stream: IO[bytes], columns: Columns) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        names = [*columns.kept, *_named(columns)]
        self._rows = csv.DictWriter(self._text, names, restval="", lineterminator="\n")
        self._rows.writeheader()

    def write(self, rows: Sequence[Cells]) -> None:
        """See Writer."""
        self._rows.writerows(rows)

    def close(self) -> None:
        """See Writer."""
        self._text.flush()
        self._text.detach()

    def abandon(self) -> None:
        """See Writer."""


class JsonWriter:
    """Writes an object per line in UTF-8; a row has the columns that it had."""

    takes_new_columns = True

    def __init__(self, stream: IO[bytes], columns: Columns) -> None:
        self._stream = stream

    def write(self, rows: Sequence[Cells]) -> None:
        """See Writer."""
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self._stream.write("".join(lines).encode())

    def close(self) -> None:
        """See Writer."""

    def abandon(self) -> None:
        """See Writer."""


class ParquetWriter:
    """Writes a row group per window; cells of the input are strings."""

    takes_new_columns = False

    def __init__(self, stream: IO[bytes], columns: Columns) -> None:
        import pyarrow
        from pyarrow import parquet

        shares = set(columns.probabilities)
        names = [*columns.kept, *_named(columns)]
        types = [pyarrow.float64() if n in shares else pyarrow.string() for n in names]
        self._schema = pyarrow.schema(list(zip(names, types, strict=True)))
        self._table: Any = pyarrow.Table
        self._rows = parquet.ParquetWriter(stream, self._schema, compression="zstd")

    def write(self, rows: Sequence[Cells]) -> None:
        """See Writer."""
        self._rows.write_table(self._table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        """See Writer."""
        self._rows.close()

    def abandon(self) -> None:
        """See Writer."""
        # Otherwise pyarrow writes the end of the file when the object is deleted, and
        # prints a traceback, because the stream is closed by then.
        self._rows.is_open = False


WRITERS: dict[str, type[CsvWriter] | type[JsonWriter] | type[ParquetWriter]] = {
    ".csv": CsvWriter,
    ".jsonl": JsonWriter,
    ".parquet": ParquetWriter,
}


def writer_for(out: Path) -> type[CsvWriter] | type[JsonWriter] | type[ParquetWriter]:
    """Chooses the format by the name of the output.

    Args:
        out: the path.

    Returns:
        The class of the writer.

    Raises:
        ConfigError: the name says no format.
    """
    try:
        return WRITERS[out.suffix.lower()]
    except KeyError:
        raise ConfigError(
            f"{out}: its name does not say which format to write; let it end in "
            ".csv, .jsonl or .parquet"
        ) from None


def _named(columns: Columns) -> list[str]:
    pairs = zip(columns.labels, columns.probabilities, strict=True)
    return [name for pair in pairs for name in pair]
