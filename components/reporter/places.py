"""Finds the file and the row that a doubtful label comes from.

Examples do not say where they come from: a column of places would be in the published
signatures and in the reviewed schema, and its statistics would mean nothing. So the
files are read again, and rows are recognized by text and label.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from components.text_example_gen import named_splits, sources
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.report.content import DoubtfulLabel
from newsdesk.report.kept_texts import kept
from newsdesk.rows import readers
from newsdesk.rows.labelling import Labelled, Labelling, joined
from newsdesk.rows.row import BadRow, Row

# They take about 5 seconds. Rows beyond them have no place.
MOST_READ = 500_000
_log = logging.getLogger("newsdesk")


def with_places(doubts: Sequence[DoubtfulLabel], data: Data) -> list[DoubtfulLabel]:
    """Adds file and row to doubtful labels.

    Args:
        doubts: rows with doubtful labels.
        data: the data section. If its files have changed or cannot be read here, rows
            that are not found have no place.

    Returns:
        The same rows in the same order. If rows have the same text and label, each has
        a place of its own.
    """
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, doubt in enumerate(doubts):
        wanted[kept(doubt.text), doubt.label].append(number)
    found: dict[int, str] = {}
    try:
        for key, place in _places(data, {text for text, _ in wanted}):
            if key in wanted:
                found[wanted[key].pop(0)] = place
                if not wanted[key]:
                    del wanted[key]
                if not wanted:
                    break
    except (DataError, OSError) as error:
        _log.info("doubtful labels have no file and row: %s", error)
    return [
        doubt.model_copy(update={"place": found.get(number)})
        for number, doubt in enumerate(doubts)
    ]


def _places(
    data: Data, texts: Collection[str]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Finds rows with these texts: text and label, and `file:row`."""
    read = 0
    base, patterns = sources.input_of(data)
    files = sources.files_of(base, patterns, data.span_marker, data.window)
    data = named_splits.settled(data, files)
    labelling, layout = Labelling.of(data), readers.Layout.of(data)

    def is_row(values: dict[str, str]) -> bool:
        return not isinstance(labelling.apply(Row("", 0, values)), BadRow)

    for file in (file for names in files.values() for file in names):
        for row in readers.read_rows(file, layout, labelling.columns, is_row):
            read += 1
            if read > MOST_READ:
                return
            # Most rows are not wanted, and labelling costs half of the time.
            if isinstance(row, BadRow) or _text(row, data.text_columns) not in texts:
                continue
            labelled = labelling.apply(row)
            if isinstance(labelled, Labelled):
                label = data.labels[labelled.label]
                yield (kept(labelled.text), label), f"{row.file}:{row.number}"


def _text(row: Row, columns: Sequence[str]) -> str:
    """The text as a report keeps it; "" if a column is missing."""
    if any(column not in row.values for column in columns):
        return ""
    return kept(joined(row.values, columns))
