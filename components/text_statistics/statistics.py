"""The counts of a split, and how two splits are compared."""

import hashlib
import heapq
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from newsdesk.errors import ModelError, first_line

FILE = "statistics.json"
# The number of texts in a sketch. If a split has no more distinct texts, shares are
# exact; otherwise they are right within about 1%.
SKETCH_SIZE = 16_384
_Value = TypeVar("_Value")


class SplitStatistics(BaseModel):
    """Counts over the rows of one split.

    Attributes:
        rows: the number of rows.
        labels: the number of rows by the number of their label.
        empty: rows whose text has no token.
        tokens: tokens of all rows, before texts are cut to the longest length.
        unknown: tokens that the vocabulary lacks; None without a vocabulary.
        truncated: rows whose text is cut, because it has more tokens than
            text.max_length allows; None if the tokens are not known yet.
        covering: the text.max_length that is enough for 95% of the rows; None likewise.
        unspaced: rows whose text has no spaces between words, as in Chinese.
        unseen: expected share of unknown tokens in other texts of the same kind, for a
            vocabulary learned from these rows; None if no vocabulary is learned.
        sketch: the texts with the smallest hashes, and how often each occurs. This
            sample of the distinct texts does not depend on the order of the rows
            (Bar-Yossef et al. 2002, "Counting distinct elements in a data stream").
        conflict_share: share of rows whose text also occurs with another label, among
            the texts in the sketch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = 0
    labels: dict[int, int] = {}
    empty: int = 0
    tokens: int = 0
    unknown: int | None = None
    truncated: int | None = None
    covering: int | None = None
    unspaced: int = 0
    unseen: float | None = None
    sketch: dict[str, int] = {}
    conflict_share: float = 0.0

    @property
    def truncated_share(self) -> float | None:
        """Share of rows whose text is cut; None if it is not known."""
        return None if self.truncated is None else self.truncated / max(self.rows, 1)

    @property
    def unknown_share(self) -> float | None:
        """Share of tokens that the vocabulary lacks; None without a vocabulary."""
        return None if self.unknown is None else self.unknown / max(self.tokens, 1)

    @property
    def duplicate_share(self) -> float:
        """Share of rows that repeat the text of an earlier row."""
        sampled = sum(self.sketch.values())
        return 1.0 - len(self.sketch) / sampled if sampled else 0.0

    def share_within(self, other: "SplitStatistics") -> float:
        """Computes which share of the distinct texts also occur in another split.

        Args:
            other: the split to look in.

        Returns:
            The share, among the texts that both sketches would contain.
        """
        # Above the limit, a text may be missing only because a sketch is full.
        limit = min(_reach(self), _reach(other))
        known = [text for text in self.sketch if text <= limit]
        found = sum(1 for text in known if text in other.sketch)
        return found / len(known) if known else 0.0


class TextStatistics(BaseModel):
    """The counts of all splits, and the vocabulary they were made with.

    Attributes:
        vocabulary: what messages call the vocabulary; None without a vocabulary.
        max_length: the text.max_length of the run; None in files of older releases.
        splits: the counts by split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: str | None = None
    max_length: int | None = None
    splits: dict[str, SplitStatistics]


def read(folder: Path) -> TextStatistics:
    """Reads the statistics that the node wrote.

    Args:
        folder: the folder of the artifact, or of a copy of the file.

    Returns:
        The statistics.

    Raises:
        ModelError: the file is missing or damaged.
    """
    file = folder / FILE
    try:
        return TextStatistics.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = first_line(error)
        raise ModelError(
            f"{file}: cannot be read: {reason}, so the data cannot be compared with "
            "these statistics; restore the file from a copy"
        ) from None


def text_hash(text: str) -> str:
    """Hashes a text, without regard to case and white space.

    Args:
        text: any text.

    Returns:
        16 hexadecimal digits.
    """
    # Much faster than a regular expression, and white space is the same in both.
    normal = " ".join(text.split()).casefold()
    return hashlib.blake2b(normal.encode(), digest_size=8).hexdigest()


def smallest(sketch: Mapping[str, _Value]) -> dict[str, _Value]:
    """Cuts a sketch to SKETCH_SIZE texts.

    Args:
        sketch: any value for each text, by the hash of the text.

    Returns:
        The texts with the smallest hashes, sorted.
    """
    if len(sketch) <= SKETCH_SIZE:
        return dict(sorted(sketch.items()))
    return {text: sketch[text] for text in heapq.nsmallest(SKETCH_SIZE, sketch)}


def _reach(statistics: SplitStatistics) -> str:
    """Returns the hash up to which a sketch contains every text."""
    if len(statistics.sketch) < SKETCH_SIZE:
        # Greater than every hexadecimal string.
        return "g"
    return max(statistics.sketch)
