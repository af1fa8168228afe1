"""CSV and TSV: a header, and rows of as many cells."""

from collections.abc import Callable, Collection, Iterator, Sequence

from newsdesk.errors import DataError
from newsdesk.rows.lines import LineCount, is_damaged, read_lines
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
) -> Iterator[Row | BadRow]:
    """Reads a delimited file; blank lines are no rows.

    A row that the quotes make unreadable costs its first line: reading goes on with
    the next line, so that one lone quote does not swallow the rest of the file.

    Args:
        file: a local path, plain or gzip.
        dialect: how the file is written.
        columns: the names of the columns; empty if the first row holds them.
        needed: the columns to read and to check; None for all.
        is_row: whether cells by column are a row that can be used. Finds lone quotes
            that have paired up; without it they are not looked for.
        count: gets the number of lines of each sort.

    Yields:
        Rows in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    count = LineCount() if count is None else count
    records = Records(read_lines(file, count), dialect)
    names = list(columns) or _header(file, dialect, records, count)
    picked = [
        (place, name)
        for place, name in enumerate(names)
        if needed is None or name in needed
    ]
    places = [place for place, _ in picked]

    def values(cells: Sequence[str]) -> dict[str, str]:
        return {name: cells[place] for place, name in picked}

    def is_sound(cells: Sequence[str]) -> bool:
        found = values(cells)
        damaged = any(map(is_damaged, found.values()))
        return is_row is not None and not damaged and is_row(found)

    records.expect(len(names), is_sound if is_row else None)
    for record in records:
        if not record.cells and not record.fault:
            count.blank += len(record.lines)
            continue
        first, lines = record.lines[0].number, len(record.lines)
        fault = _fault(record, dialect, len(names), places)
        if fault:
            yield BadRow(file, first, fault, _content(record), lines=lines)
        else:
            yield Row(file, first, values(record.cells), lines=lines)


def header(file: str, dialect: Dialect) -> list[str]:
    """Reads the names of the columns from the first row.

    Args:
        file: a local path, plain or gzip.
        dialect: how the file is written.

    Returns:
        The names in the order of the file.

    Raises:
        DataError: the file cannot be read, or its header cannot be used.
    """
    return _header(file, dialect, Records(read_lines(file), dialect), LineCount())


def _header(
    file: str, dialect: Dialect, records: Records, count: LineCount
) -> list[str]:
    for record in records:
        if record.cells or record.fault:
            break
        count.blank += len(record.lines)
    else:
        raise DataError(f"{file}: holds blank lines only; remove it or fill it")
    count.header = len(record.lines)
    where = f"{file}:{record.lines[0].number}"
    fault = _damage(record) or record.fault
    if fault:
        advice = remedy(BadRow(file, 1, fault, _content(record)))
        if not advice:
            advice = "is this UTF-8 text of the given data.format?"
        raise DataError(f"{where}: the header {fault}; {advice}")
    names = [cell.strip() for cell in record.cells]
    if not dialect.quotes and all(_is_quoted(name) for name in names):
        raise DataError(
            f"{where}: the names of the columns are in quotes, which mean nothing "
            'here; set data.quoting = "standard" (init: --quoting standard)'
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataError(
            f"{where}: the header names {twice[0]!r} twice; "
            "rename one of the columns, or set data.columns if there is no header"
        )
    return names


def _fault(record: Record, dialect: Dialect, width: int, places: list[int]) -> str:
    """Says what is wrong with a record; damage counts in the needed cells only."""
    fault = record.fault or miscounted(record.lines, len(record.cells), width)
    if any(line.fault for line in record.lines):
        whole = not fault and not any(line.is_cut for line in record.lines)
        if not whole or any(is_damaged(record.cells[place]) for place in places):
            return _damage(record)
    if fault and not dialect.quotes and any(map(_opens, record.cells)):
        fault += (
            "; quotes mean nothing here; if they enclose cells, set data.quoting = "
            '"standard" (init: --quoting standard)'
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
    """Whether a cell would be the beginning of a quoted one."""
    return cell.startswith('"') and not _is_quoted(cell)
