"""Reads CSV and TSV files: a header, and rows with the same number of cells."""

from collections.abc import Callable, Collection, Iterator, Sequence

from newsdesk.errors import DataError
from newsdesk.rows.excel import separator_of
from newsdesk.rows.lines import Line, LineCount, is_damaged, read_lines
from newsdesk.rows.part import Part
from newsdesk.rows.records import Dialect, Record, Records, miscounted
from newsdesk.rows.remedies import remedy
from newsdesk.rows.row import BadRow, Row, clip

IsRow = Callable[[dict[str, str]], bool]


def read(
    file: str,
    dialect: Dialect,
    columns: Sequence[str] = (),
    needed: Collection[str] | None = None,
    is_row: IsRow | None = None,
    count: LineCount | None = None,
    part: Part | None = None,
) -> Iterator[Row | BadRow]:
    """Reads a delimited file, and skips blank lines.

    If quotes make a row unreadable, its first line is a bad row, and reading continues
    with the next line. So a lone quote does not take in the rest of the file.

    Args:
        file: a local path, plain, gzip or Zstandard.
        dialect: how the file is written.
        columns: the names of the columns; empty if they are in the first row.
        needed: the columns to read and to check; None for all.
        is_row: whether cells by column are a good row. It finds lone quotes that have
            paired up; without it, the reader does not look for them.
        count: gets the number of lines of each kind.
        part: which rows to read; None for all.

    Yields:
        Rows in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    count = LineCount() if count is None else count
    names = list(columns)
    if part and part.first > 1:
        names = names or header(file, dialect)
        records = Records(read_lines(file, count, dialect.encoding, part), dialect)
    else:
        records = Records(_lines(file, dialect, count, part), dialect)
    names = names or _header(file, dialect, records, count)
    picked = [
        (index, name)
        for index, name in enumerate(names)
        if needed is None or name in needed
    ]
    indices = [index for index, _ in picked]

    def values(cells: Sequence[str]) -> dict[str, str]:
        return {name: cells[index] for index, name in picked}

    expect(records, names, needed, is_row)
    for record in records:
        if not record.cells and not record.fault:
            count.blank += len(record.lines)
            continue
        first, lines = record.lines[0].number, len(record.lines)
        fault = _fault(record, dialect, len(names), indices)
        if fault:
            yield BadRow(file, first, fault, _content(record), lines=lines)
        else:
            yield Row(file, first, values(record.cells), lines=lines)


def expect(
    records: Records,
    names: Sequence[str],
    needed: Collection[str] | None,
    is_row: IsRow | None,
) -> None:
    """Describes a good row to the reader of records.

    Args:
        records: the reader.
        names: the names of the columns.
        needed: as in `read`.
        is_row: as in `read`.
    """
    picked = [
        (index, name)
        for index, name in enumerate(names)
        if needed is None or name in needed
    ]

    def is_sound(cells: Sequence[str]) -> bool:
        found = {name: cells[index] for index, name in picked}
        damaged = any(map(is_damaged, found.values()))
        return is_row is not None and not damaged and is_row(found)

    records.expect(len(names), is_sound if is_row else None)


def beginning(
    file: str, dialect: Dialect, columns: Sequence[str] = ()
) -> tuple[list[str], int]:
    """Reads what precedes the rows.

    Args:
        file: a local path, plain, gzip or Zstandard.
        dialect: how the file is written.
        columns: as in `read`.

    Returns:
        The names of the columns, and the number of lines before the first row.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    count = LineCount()
    lines = _lines(file, dialect, count)
    if columns:
        next(lines, None)
        return list(columns), count.header
    names = _header(file, dialect, Records(lines, dialect), count)
    return names, count.header + count.blank


def header(file: str, dialect: Dialect) -> list[str]:
    """Reads the names of the columns from the first row.

    Args:
        file: a local path, plain, gzip or Zstandard.
        dialect: how the file is written.

    Returns:
        The names in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    return beginning(file, dialect)[0]


def _lines(
    file: str, dialect: Dialect, count: LineCount, part: Part | None = None
) -> Iterator[Line]:
    """Leaves out the line with which Excel names the delimiter."""
    lines = read_lines(file, count, dialect.encoding, part)
    first = next(lines)
    if separator_of(first.text) == dialect.delimiter:
        count.header += 1
    else:
        yield first
    yield from lines


def _header(
    file: str, dialect: Dialect, records: Records, count: LineCount
) -> list[str]:
    for record in records:
        if record.cells or record.fault:
            break
        count.blank += len(record.lines)
    else:
        raise DataError(f"{file}: contains only blank lines; remove it or fill it")
    count.header += len(record.lines)
    where = f"{file}:{record.lines[0].number}"
    fault = _damage(record) or record.fault
    if fault:
        advice = remedy(BadRow(file, 1, fault, _content(record)))
        if not advice:
            advice = "check that the file is UTF-8 text, and check data.format"
        if "NUL" in fault:
            advice += '; for UTF-16, set data.encoding = "utf-16" (`init` finds it)'
        raise DataError(f"{where}: {fault}, in the header; {advice}")
    names = [cell.strip() for cell in record.cells]
    if not dialect.quotes and all(_is_quoted(name) for name in names):
        raise DataError(
            f"{where}: the names of the columns are in quotes, but quotes mean nothing "
            'in this file; set data.quoting = "standard" (init: --quoting standard)'
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            f"{where}: the header has the column {twice[0]!r} twice; rename one of "
            "them, or set data.columns if the file has no header"
        )
    return names


def _fault(record: Record, dialect: Dialect, width: int, indices: list[int]) -> str:
    """Explains what is wrong with a record, or returns ""."""
    fault = record.fault or miscounted(record.lines, len(record.cells), width)
    if any(line.fault for line in record.lines):
        whole = not fault and not any(line.is_cut for line in record.lines)
        # Damage in a cell that is not needed does not make the row bad.
        if not whole or any(is_damaged(record.cells[index]) for index in indices):
            return _damage(record)
    if fault and not dialect.quotes and any(map(_opens, record.cells)):
        fault += (
            "; quotes mean nothing in this file; if they enclose cells, set "
            'data.quoting = "standard" (init: --quoting standard)'
        )
    return fault


def _damage(record: Record) -> str:
    for line in record.lines:
        if line.fault:
            where = "" if line is record.lines[0] else f"line {line.number} "
            return where + line.fault
    return ""


def _content(record: Record) -> str:
    return clip("".join(line.shown for line in record.lines[:20]))


def _is_quoted(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _opens(cell: str) -> bool:
    """Returns whether a cell looks like the beginning of a quoted cell."""
    return cell.startswith('"') and not _is_quoted(cell)
