"""Classifies rows in windows that are sorted by length.

Texts of one batch are padded to the longest, so batches of similar lengths are fastest.
A window is small, so memory does not grow with the file. The function takes and yields
plain values, so that a Beam pipeline can call it with the rows of a bundle.
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
    for window in _windows(rows):
        asked = [
            (index, row.text)
            for index, row in enumerate(window)
            if isinstance(row.text, str)
        ]
        asked.sort(key=lambda one: len(one[1]))
        # The output has no column for what the model sees of a text.
        answers = answerer.answers((text for _, text in asked), covered=False)
        found = {
            index: answer for (index, _), answer in zip(asked, answers, strict=True)
        }
        yield [(row, found.get(index)) for index, row in enumerate(window)]


def _windows(rows: Iterable[InputRow]) -> Iterator[list[InputRow]]:
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
