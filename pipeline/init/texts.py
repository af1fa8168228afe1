"""Reads the files again after their columns are known, and examines the texts."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsdesk.rows.labelling import (
    Labelled,
    Labelling,
    is_header,
    is_visible,
    joined,
    missing_cell,
)
from newsdesk.rows.readers import BadRow, Row, quotes_enclose, read_rows
from newsdesk.unspaced import is_unspaced
from pipeline.init.inputs import Sample
from pipeline.init.proposal import Proposal

MAX_TEXTS = 1_000_000
MAX_WORDS = 4096
_ENCLOSED = re.compile(r'"(?:[^"]|"")+"')
_PUNCTUATION = r"!-/:-@\[-`{-~\u00a1\u00ab\u00bb\u00bf\u2010-\u2027\u3001-\u3003"
_WORDS = re.compile(rf"[^\s{_PUNCTUATION}]+")


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
        words: number of rows by the number of words in their text, up to MAX_WORDS.
        distinct: number of different texts of each label; a text with several labels
            counts for its first one.
    """

    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    enclosed: int = 0
    unspaced: int = 0
    conflicts: dict[str, Counter[str]] = field(default_factory=dict)
    words: Counter[int] = field(default_factory=Counter)
    distinct: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """Number of rows that `run` would quarantine."""
        return sum(self.reasons.values())

    @property
    def lost_share(self) -> float:
        """Share of rows that `run` would quarantine."""
        return self.lost / max(self.rows, 1)

    @property
    def reasons_shown(self) -> str:
        """Each reason with its number of rows, the most frequent first."""
        return ", ".join(f"{n:,} {reason}" for reason, n in self.reasons.most_common())

    @property
    def unspaced_share(self) -> float:
        """Share of usable rows whose text has no spaces between words."""
        return self.unspaced / max(self.rows - self.lost, 1)

    def longer_than(self, words: int) -> int:
        """Counts the texts that have more words.

        Args:
            words: a number of words.
        """
        return sum(rows for length, rows in self.words.items() if length > words)

    @property
    def duplicate_share(self) -> float:
        """Share of usable rows that repeat the text of another row."""
        used = self.rows - self.lost
        return (used - sum(self.distinct.values())) / max(used, 1)

    @property
    def conflicting_rows(self) -> int:
        """Number of rows whose text has another label in another row."""
        return sum(sum(labels.values()) for labels in self.conflicts.values())

    @property
    def conflicting_share(self) -> float:
        """Share of usable rows whose text has another label in another row."""
        return self.conflicting_rows / max(self.rows - self.lost, 1)


def look_at_texts(proposal: Proposal) -> Texts:
    """Reads the files again as `run` will.

    Args:
        proposal: what the columns mean.

    Returns:
        The statistics.
    """
    found = Texts(distinct=Counter(dict.fromkeys(proposal.labels, 0)))
    # By the hash of the text, because the texts would need as much memory as the file.
    labels: dict[int, tuple[str, int]] = {}
    layout, labelling = proposal.survey.layout, proposal.labelling
    files = proposal.survey.inputs.files
    is_literal = not quotes_enclose(files[0], layout)

    def is_row(values: dict[str, str]) -> bool:
        return isinstance(labelling.apply(Row("", 0, values)), Labelled)

    def rows_of(file: str) -> Iterator[Row | BadRow]:
        return read_rows(file, layout, labelling.columns, is_row)

    for row in Sample(files).rows(rows_of):
        found.rows += 1
        used = row if isinstance(row, BadRow) else labelling.apply(row)
        if not isinstance(used, Labelled):
            found.reasons[_reason(row, labelling)] += 1
            continue
        text, label = used.text, proposal.names[used.label]
        found.enclosed += is_literal and is_enclosed(row, proposal)
        found.unspaced += is_unspaced(text)
        found.words[min(count_words(text), MAX_WORDS)] += 1
        key = hash(text)
        first, count = labels.get(key, (label, 0))
        found.distinct[label] += not count
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


def count_words(text: str) -> int:
    """Counts the words of a text, as the tokenizer `words` would.

    Args:
        text: any text.

    Returns:
        The number of pieces between spaces and punctuation.
    """
    return len(_WORDS.findall(text))


def _reason(row: Row | BadRow, labelling: Labelling) -> str:
    """Sums up why `run` cannot use a row, so that rows can be counted by reason."""
    if isinstance(row, BadRow):
        return "cannot be read"
    if missing_cell(row, labelling.columns):
        return "lack a column"
    if is_header(row, labelling.columns):
        return "repeat the header"
    if not is_visible(joined(row.values, labelling.text_columns)):
        return "have no text"
    return "have no label"
