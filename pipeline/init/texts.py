"""Reads a file again after its columns are known, and examines texts and labels."""

import re
from collections import Counter
from dataclasses import dataclass, field

from newsdesk.rows.labelling import is_header, is_visible, joined
from newsdesk.rows.readers import BadRow, Row, quotes_enclose, read_rows
from pipeline.init.proposal import Proposal

MAX_TEXTS = 1_000_000
_CHINESE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_THAI = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_ENCLOSED = re.compile(r'"(?:[^"]|"")+"')
# A longer piece between two spaces is not a single word.
_LONGEST_CHINESE = 8
_LONGEST_THAI = 20


@dataclass
class Texts:
    """Statistics of the rows of a proposal.

    Attributes:
        rows: number of rows.
        reasons: why `run` would quarantine rows, with the number of rows.
        enclosed: number of rows whose text is in quotes that a CSV writer seems to
            have added, although quotes are ordinary characters in this file.
        unspaced: number of rows whose text has no spaces between words.
        conflicts: the labels of each text that has several, with the number of rows;
            only the first MAX_TEXTS texts are compared.
    """

    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    enclosed: int = 0
    unspaced: int = 0
    conflicts: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Number of rows that `run` would quarantine."""
        return sum(self.reasons.values())

    @property
    def lost_share(self) -> float:
        """Share of rows that `run` would quarantine."""
        return self.lost / max(self.rows, 1)

    @property
    def unspaced_share(self) -> float:
        """Share of usable rows whose text has no spaces between words."""
        return self.unspaced / max(self.rows - self.lost, 1)

    @property
    def conflicting_rows(self) -> int:
        """Number of rows whose text has another label in another row."""
        return sum(sum(labels.values()) for labels in self.conflicts.values())


def look_at_texts(proposal: Proposal) -> Texts:
    """Reads the file again as `run` will.

    Args:
        proposal: what the columns mean.

    Returns:
        The statistics.
    """
    found = Texts()
    # By the hash of the text, because the texts would need as much memory as the file.
    labels: dict[int, tuple[str, int]] = {}
    file, layout = str(proposal.survey.file), proposal.survey.layout

    is_literal = not quotes_enclose(file, layout)

    def is_row(values: dict[str, str]) -> bool:
        return not _read(Row(file, 0, values), proposal)[0]

    for row in read_rows(file, layout, is_row=is_row):
        found.rows += 1
        reason, text, label = _read(row, proposal)
        if reason:
            found.reasons[reason] += 1
            continue
        found.enclosed += is_literal and is_enclosed(row, proposal)
        found.unspaced += is_unspaced(text)
        key = hash(text)
        first, count = labels.get(key, (label, 0))
        if text in found.conflicts:
            found.conflicts[text][label] += 1
        elif label != first:
            found.conflicts[text] = Counter({first: count, label: 1})
        elif count or len(labels) < MAX_TEXTS:
            labels[key] = (first, count + 1)
    return found


def is_enclosed(row: Row | BadRow, proposal: Proposal) -> bool:
    """Decides whether a CSV writer has quoted a text and doubled the quotes in it.

    Args:
        row: a row as the reader returned it.
        proposal: what the columns mean.

    Returns:
        Whether a text column looks like this. People do not double inner quotes.
    """
    return isinstance(row, Row) and any(
        '""' in row.values[name][1:-1] and _ENCLOSED.fullmatch(row.values[name])
        for name in proposal.text_columns
    )


def is_unspaced(text: str) -> bool:
    """Decides whether a text has no spaces between words, as in Chinese or Thai.

    Args:
        text: any text.

    Returns:
        Whether a piece between two spaces is longer than a word of these scripts.
    """
    if text.isascii():
        return False
    return any(
        len(_CHINESE.findall(piece)) > _LONGEST_CHINESE
        or len(_THAI.findall(piece)) > _LONGEST_THAI
        for piece in text.split()
    )


def _read(row: Row | BadRow, proposal: Proposal) -> tuple[str, str, str]:
    """Gives the reason why `run` cannot use a row (or ""), its text and its label."""
    if isinstance(row, BadRow):
        return "cannot be read", "", ""
    columns = (*proposal.text_columns, proposal.label_column)
    if any(name not in row.values for name in columns):
        return "lack a column", "", ""
    if is_header(row, columns):
        return "repeat the header", "", ""
    text = joined(row.values, proposal.text_columns)
    if not is_visible(text):
        return "have no text", "", ""
    label = proposal.label_of(row.values[proposal.label_column].strip())
    return "" if label else "have no label", text, label
