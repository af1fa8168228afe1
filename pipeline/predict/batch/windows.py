"""Classifies rows in windows that are sorted by length.

Texts of one batch are padded to the longest, so batches of similar lengths are fastest.
A window is small, so memory does not grow with the file. The function takes and yields
plain values, and `on_beam.py` calls it with the rows of a window.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.predict.answers import BATCH, Answerer
from pipeline.predict.batch.rows import InputRow

WINDOW = 64 * BATCH
# Characters of all cells; a window of long rows is shorter.
_MOST_CHARACTERS = 2**24

Answered = tuple[InputRow, dict[str, Any] | None]


def answered(rows: Iterable[InputRow], answerer: Answerer) -> Iterator[list[Answered]]:
    """Classifies the rows of a file.

    Args:
        rows: any number of rows.
        answerer: the model.

    Yields:
        For each window, in the order of the rows, every row with the answer of
        `Answerer.answers`, or None for a row that cannot be classified.
    """
    for window in cut(rows):
        yield answered_window(window, answerer)


def answered_window(window: list[InputRow], answerer: Answerer) -> list[Answered]:
    """Classifies the rows of one window.

    Args:
        window: of `cut`.
        answerer: the model.

    Returns:
        As `answered` yields.
    """
    asked = [
        (index, row.text)
        for index, row in enumerate(window)
        if isinstance(row.text, str)
    ]
    asked.sort(key=lambda one: len(one[1]))
    # The output has no column for what the model sees of a text.
    answers = answerer.answers((text for _, text in asked), covered=False)
    found = {index: answer for (index, _), answer in zip(asked, answers, strict=True)}
    return [(row, found.get(index)) for index, row in enumerate(window)]


def cut(rows: Iterable[InputRow]) -> Iterator[list[InputRow]]:
    """Cuts rows into windows.

    Args:
        rows: any number of rows.

    Yields:
        At most `WINDOW` rows each, in order.
    """
    window: list[InputRow] = []
    size = 0
    for row in rows:
        window.append(row)
        size += sum(map(len, row.cells.values()))
        if len(window) == WINDOW or size >= _MOST_CHARACTERS:
            yield window
            window, size = [], 0
    if window:
        yield window
