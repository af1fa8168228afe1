"""Reads Parquet files in a separate process, one batch of rows at a time."""

from collections.abc import Collection, Iterator
from typing import Any

from newsdesk.errors import DataError
from newsdesk.rows.magic import explain_content
from newsdesk.rows.nested import Nested
from newsdesk.rows.parquet_worker import worker
from newsdesk.rows.part import Part
from newsdesk.rows.row import BadRow, Row, checked
from newsdesk.rows.streams import check_file, faults_named, is_gzip, is_zstd


def read(
    file: str, needed: Collection[str] | None = None, part: Part | None = None
) -> Iterator[Row | BadRow]:
    """Reads a Parquet file; numbers become text, null and NaN empty cells.

    Args:
        file: a local path.
        needed: the columns to read. None reads all, and leaves out cells that cannot
            be text.
        part: which row groups to read; None for all.

    Yields:
        Rows in the order of the file, numbered from 1.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    _check(file)
    columns = None if needed is None else list(needed)
    number = part.first - 1 if part else 0
    groups = [part.begin, part.end] if part else None
    with worker() as process:
        for batch in process.ask(file, needed=columns, groups=groups):
            yield from _rows(file, number, batch, strict=needed is not None)
            number += batch["rows"]


def header(file: str) -> list[str]:
    """Reads the names of the columns.

    Args:
        file: a local path.

    Returns:
        The names in the order of the file.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    _check(file)
    found: list[str] = []
    with worker() as process:
        for answer in process.ask(file, names=True):
            found = [name.strip() for name in answer["names"]]
    return found


def group_sizes(file: str) -> list[tuple[int, int]]:
    """Reads how large the row groups are.

    Args:
        file: a local path.

    Returns:
        The number of rows and of bytes of each row group, unpacked.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    _check(file)
    found: list[tuple[int, int]] = []
    with worker() as process:
        for answer in process.ask(file, sizes=True):
            found = [(rows, size) for rows, size in answer["sizes"]]
    return found


def _check(file: str) -> None:
    check_file(file)
    with faults_named(file):
        if is_gzip(file):
            raise DataError(f"{file}: is Parquet inside gzip; unpack it with gunzip")
        if is_zstd(file):
            raise DataError(f"{file}: is Parquet inside zstd; unpack it with unzstd")
        with open(file, "rb") as stream:
            beginning = stream.read(100)
        what = explain_content(beginning)
        if what and not beginning.startswith(b"PAR1"):
            raise DataError(f"{file}: {what}")


def _rows(
    file: str, before: int, batch: dict[str, Any], strict: bool
) -> Iterator[Row | BadRow]:
    cells: dict[str, list[Any]] = batch["cells"]
    bad = {
        index: (reason, content) for index, reason, content in reversed(batch["bad"])
    }
    for index in range(batch["rows"]):
        number = before + index + 1
        if index in bad:
            reason, content = bad[index]
            yield BadRow(file, number, reason, content)
            continue
        values = {name.strip(): _cell(column[index]) for name, column in cells.items()}
        yield checked(file, number, values, strict)


def _cell(value: Any) -> bytes | str | Nested | None:
    """Returns text with characters beyond ASCII as bytes, which may not be UTF-8."""
    if isinstance(value, list):
        size, paths = value
        return Nested(size, tuple(paths))
    if value is None or value.isascii():
        return value
    return value.encode("utf-8", "surrogateescape")
