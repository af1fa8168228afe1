"""Reads the needed columns of a Parquet file in batches of bounded size."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from newsdesk.errors import reason
from newsdesk.rows.arrow_cells import Cell, cells_of, plain
from newsdesk.rows.parquet_limits import Limit, Unreadable, check_rows
from newsdesk.rows.parquet_opener import open_parquet

BATCH_ROWS = 1024
_BATCH_BYTES = 16 * 2**20
# Compressed data is read in pieces of this size instead of whole columns. Each page is
# unpacked as a whole.
_BUFFER = 2**20


class BadCell(NamedTuple):
    """A cell that cannot be text.

    Attributes:
        row: the index of its row in the batch.
        reason: what is wrong, including the name of the column.
        content: the part of the cell that can be shown.
    """

    row: int
    reason: str
    content: str


class Batch(NamedTuple):
    """Some rows in the order of the file.

    Attributes:
        rows: the number of rows.
        cells: the cells of each column.
        bad: cells that make their row bad.
    """

    rows: int
    cells: dict[str, list[Cell]]
    bad: list[BadCell]


def names(file: str) -> list[str]:
    """Reads the names of the columns.

    Args:
        file: a local path.

    Returns:
        The names in the order of the file.

    Raises:
        Unreadable: the file cannot be read as Parquet.
    """
    with _opened(file) as parquet:
        return list(parquet.schema_arrow.names)


def group_sizes(file: str) -> list[tuple[int, int]]:
    """Reads how large the row groups are.

    Args:
        file: a local path.

    Returns:
        The number of rows and of bytes of each row group, unpacked.

    Raises:
        Unreadable: the file cannot be read as Parquet.
    """
    with _opened(file) as parquet:
        groups = map(parquet.metadata.row_group, range(parquet.num_row_groups))
        return [(group.num_rows, group.total_byte_size) for group in groups]


def batches(
    file: str, needed: Collection[str] | None, groups: range | None = None
) -> Iterator[Batch]:
    """Reads the needed columns of a Parquet file, and no others.

    Args:
        file: a local path.
        needed: the columns to read; None reads all, and leaves out cells that cannot
            be text.
        groups: the row groups to read; None for all.

    Yields:
        Batches of rows.

    Raises:
        Unreadable: the file cannot be read, or unpacks to more than MAX_UNPACKED and
            MAX_RATIO times its size.
    """
    with _opened(file) as parquet:
        limit = Limit(os.stat(file).st_size)
        limit.take(parquet.metadata.num_rows, 0)
        chosen = [
            name
            for name in parquet.schema_arrow.names
            if needed is None or name.strip() in needed
        ]
        groups = range(parquet.num_row_groups) if groups is None else groups
        read = _rows_in(parquet, range(groups.start))
        for decoded in _decoded(parquet, chosen, groups):
            for rows, columns in _parts(decoded, chosen):
                batch = _batch(rows, columns, strict=needed is not None)
                read += rows
                limit.take(read, _size(batch))
                yield batch


def _rows_in(parquet: Any, groups: range) -> int:
    return sum(parquet.metadata.row_group(group).num_rows for group in groups)


def _decoded(parquet: Any, chosen: list[str], groups: range) -> Iterator[Any]:
    """Decodes one row group after the other, and counts the rows."""
    leaves = _leaves(parquet, chosen)
    first, size = 1 + _rows_in(parquet, range(groups.start)), 0
    # The footer also has the number of all rows, which may contradict the groups.
    is_last = groups.stop == parquet.num_row_groups
    rows = parquet.metadata.num_rows
    expected = rows if is_last else _rows_in(parquet, range(groups.stop))
    try:
        for group in groups:
            size = _rows_per_batch(parquet.metadata.row_group(group), leaves)
            for batch in parquet.iter_batches(
                batch_size=size, row_groups=[group], columns=chosen, use_threads=False
            ):
                yield batch
                first += batch.num_rows
        check_rows(first - 1, expected)
    except Exception as error:
        last = min(first + size - 1, rows)
        raise _fault(error, f" in rows {first:,} to {last:,}") from None


def _leaves(parquet: Any, chosen: list[str]) -> list[int]:
    """Lists the columns on disk; a nested column has several."""
    paths = [parquet.schema.column(index).path for index in range(len(parquet.schema))]
    return [
        index
        for index, path in enumerate(paths)
        if any(path == name or path.startswith(f"{name}.") for name in chosen)
    ]


def _rows_per_batch(group: Any, leaves: list[int]) -> int:
    """Returns how many rows fit in a batch: fewer if the rows are large."""
    size = sum(group.column(index).total_uncompressed_size for index in leaves)
    average = size // max(group.num_rows, 1)
    return max(1, min(BATCH_ROWS, _BATCH_BYTES // max(average, 1)))


def _parts(batch: Any, chosen: list[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Cuts a batch that is too large, because the file stores a repeated cell once."""
    # If a nested column `a` has a field `b`, pyarrow also returns a column `a.b`.
    columns = {
        name: plain(column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if name in chosen
    }
    size = sum(column.nbytes for column in columns.values())
    step = max(1, batch.num_rows * _BATCH_BYTES // max(size, _BATCH_BYTES))
    for first in range(0, batch.num_rows, step):
        part = {name: column.slice(first, step) for name, column in columns.items()}
        yield min(step, batch.num_rows - first), part


def _batch(rows: int, columns: dict[str, Any], strict: bool) -> Batch:
    found = {name: cells_of(column) for name, column in columns.items()}
    bad = [
        BadCell(row, f"column {name!r} {fault.reason}", fault.content)
        for name, cells in found.items()
        for row, fault in cells.faults.items()
        if strict
    ]
    return Batch(rows, {name: cells.texts for name, cells in found.items()}, bad)


def _size(batch: Batch) -> int:
    return sum(len(cell) for cells in batch.cells.values() for cell in cells if cell)


@contextmanager
def _opened(file: str) -> Iterator[Any]:
    try:
        # Pass a stream, because pyarrow cannot open a path that is not UTF-8.
        with open(file, "rb") as stream:
            parquet = open_parquet(stream, buffer_size=_BUFFER)
            found = [name.strip() for name in parquet.schema_arrow.names]
            if len(set(found)) < len(found):
                raise Unreadable("two columns have the same name; rename one of them")
            yield parquet
    except Exception as error:
        raise _fault(error) from None


def _fault(error: Exception, where: str = "") -> Unreadable:
    """Turns an error of pyarrow, of any type, into one sentence."""
    if isinstance(error, Unreadable):
        return error
    if isinstance(error, MemoryError):
        return Unreadable(
            f"needs more memory to unpack{where} than the reader may use; "
            "write the file again with smaller pages and row groups"
        )
    message = reason(error) if isinstance(error, OSError) else str(error)
    first_line = message.partition("\n")[0] or type(error).__name__
    return Unreadable(f"cannot be read as Parquet{where}: {first_line}")
