"""Decides whether the first row of a delimited file names its columns.

One cell proves little: a column may have the name of one of its values, and a text may
be as short as a name. So every column votes, and the sum decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

LABEL_NAMES = re.compile(
    r"(.*[_ -])?(label|class|category|target|topic|sentiment|desk|section|intent|y|"
    r"categoria|categoría|catégorie|classe|etiqueta|étiquette|kategorie|klasse|thema)s?"
    r"([_ -](name|text|id|index))?"
)
_OTHER_NAMES = re.compile(
    r"(.*[_ -])?(abstract|answer|article|author|body|comment|content|date|description|"
    r"doc|document|email|feedback|headline|id|index|input|lang|language|mail|message|"
    r"msg|name|note|paragraph|phrase|post|prompt|query|question|rating|review|score|"
    r"sentence|sms|source|statement|story|subject|summary|text|time|title|tweet|url|"
    r"utterance|v\d)s?(_?\d)?"
)
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
# Mean number of characters from which a column counts as text.
_TEXT_LENGTH = 15
# In characters; names of columns are rarely longer.
_NAME_LENGTH = 30
_LONG_NAME = 100


@dataclass(frozen=True)
class Header:
    """The decision about the first row.

    Attributes:
        present: whether the first row names the columns.
        doubtful: whether at least one column voted against the decision.
        given: whether the user decided.
    """

    present: bool
    doubtful: bool = False
    given: bool = False


def judge(first: Sequence[str], rows: Sequence[Sequence[str]]) -> Header:
    """Compares the first row with those below it, column by column.

    Args:
        first: the cells of the first row.
        rows: the cells of later rows, each as long as the first row; without rows
            that repeat the first row.

    Returns:
        The decision. A row is a header unless a column votes against it.
    """
    names = [cell.strip() for cell in first]
    votes = [
        _vote(name, [row[place].strip() for row in rows])
        for place, name in enumerate(names)
    ]
    filled = [name for name in names if name]
    if len(set(filled)) < len(filled):
        votes.append(-2)
    if names == [str(place) for place in range(len(names))]:
        votes.append(2)  # pandas numbers columns that have no names
    present = sum(votes) > 0 or min(votes, default=0) >= 0
    against = min(votes, default=0) < 0 if present else max(votes) > 0
    return Header(present, against)


def _vote(name: str, cells: Sequence[str]) -> int:
    """Above 0 if the name differs from the cells, below 0 if it looks like a cell."""
    cells = [cell for cell in cells if cell]
    if not name:
        return 0
    if not cells:
        return _known(name)
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) / len(cells)
    if numbers >= 0.9 or _NUMBER.fullmatch(name):
        return _vote_on_numbers(name, cells, numbers)
    if sum(map(len, cells)) >= _TEXT_LENGTH * len(cells) and _mostly_differ(cells):
        return _vote_on_texts(name, cells)
    if not _mostly_differ(cells):
        return _vote_on_categories(name, cells)
    return _vote_on_shapes(name, cells)


def _vote_on_numbers(name: str, cells: Sequence[str], numbers: float) -> int:
    if not _NUMBER.fullmatch(name) or numbers <= 0.1:
        return 2
    if name in cells and not _mostly_differ(cells):
        return -2
    return -1 if name in cells or numbers < 0.9 or _within(name, cells) else 0


def _within(name: str, cells: Sequence[str]) -> bool:
    values = [_value(cell) for cell in cells if _NUMBER.fullmatch(cell)]
    return min(values) <= _value(name) <= max(values)


def _value(number: str) -> float:
    whole, _, rest = number.replace(",", "").partition(".")
    return float(f"{whole}.{rest.replace('.', '')}")


def _vote_on_texts(name: str, cells: Sequence[str]) -> int:
    lengths = sorted(len(cell) for cell in cells if cell != name)
    if not lengths:
        return 0
    if len(name) > _LONG_NAME or "\n" in name:
        return -2
    as_short = sum(length <= len(name) for length in lengths) / len(lengths)
    # A text that is only the word "text" is very rare, so a known name counts twice.
    known = 2 * _known(name)
    may_be_name = len(name) <= _NAME_LENGTH and len(name.split()) <= 4
    if may_be_name and as_short <= 0.05:
        return 1 + (2 * len(name) <= lengths[0]) + known
    return known or -(as_short >= 0.1)


def _vote_on_categories(name: str, cells: Sequence[str]) -> int:
    same = cells.count(name)
    if same >= 2 or same >= 0.1 * len(cells):
        return -1
    return (not same) + _known(name)


def _vote_on_shapes(name: str, cells: Sequence[str]) -> int:
    if name in cells:
        return -1
    alike = sum(_shape(cell) == _shape(name) for cell in cells) / len(cells)
    digits = sum(any(map(str.isdigit, cell)) for cell in cells) / len(cells)
    differs = digits >= 0.9 and not any(map(str.isdigit, name))
    if not differs and alike >= 0.9 and not name.isalpha():
        return -1
    return int(differs) + _known(name)


def _shape(cell: str) -> str:
    """Replaces each run of letters by `a` and of digits by `9`: `part-12` is `a-9`."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell))


def _mostly_differ(cells: Sequence[str]) -> bool:
    return len(set(cells)) > len(cells) / 2


def _known(name: str) -> int:
    """1 for a common name of a column, else 0."""
    # Without this limit, a sentence that ends in such a word would count.
    if len(name.split()) > 2:
        return 0
    name = name.lower()
    return int(bool(LABEL_NAMES.fullmatch(name) or _OTHER_NAMES.fullmatch(name)))
