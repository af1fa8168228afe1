"""Reads Parquet files in a separate process, one batch of rows at a time."""

from collections.abc import Collection, Iterator
from typing import Any

from newsdesk.errors import DataError
from newsdesk.rows.magic import explain_content
from newsdesk.rows.nested import Nested
from newsdesk.rows.parquet_worker import worker
from newsdesk.rows.row import BadRow, Row, checked
from newsdesk.rows.streams import check_file, faults_named, is_gzip, is_zstd


def read(file: str, needed: Collection[str] | None = None) -> Iterator[Row | BadRow]:
    """Reads a Parquet file; numbers become text, null and NaN empty cells.

    Args:
        file: a local path.
        needed: the columns to read. None reads all, and leaves out cells that cannot
            be text.

    Yields:
        Rows in the order of the file, numbered from 1.

    Raises:
        DataError: the file cannot be read as Parquet.
    """
    _check(file)
    columns = None if needed is None else list(needed)
    number = 0
    with worker() as process:
        for batch in process.ask(file, needed=columns):
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
