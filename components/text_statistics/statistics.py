"""What is counted of a split, and how two splits are compared."""

import hashlib
import heapq
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from newsdesk.errors import ModelError, first_line

FILE = "statistics.json"
# Texts that a sketch keeps: shares are exact below, and within about 1% above.
SKETCH_SIZE = 16_384
_SPACE = re.compile(r"\s+")
_Value = TypeVar("_Value")


class SplitStatistics(BaseModel):
    """Counts over the rows of one split.

    Attributes:
        rows: how many.
        labels: rows by the number of their label.
        empty: rows whose text has no token.
        tokens: of all rows together, before any is cut off.
        unknown: those that the vocabulary does not have; None without one.
        unseen: share of the tokens of other texts of the same kind that a vocabulary
            learned from these rows is expected to lack; None where none is learned.
        sketch: how often each of the texts with the smallest hashes occurs, after
            Bar-Yossef et al. 2002, "Counting distinct elements in a data stream":
            a sample of the distinct texts that is the same whatever the order.
        conflict_share: share of rows whose text also occurs with another label, of the
            texts in the sketch.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int = 0
    labels: dict[int, int] = {}
    empty: int = 0
    tokens: int = 0
    unknown: int | None = None
    unseen: float | None = None
    sketch: dict[str, int] = {}
    conflict_share: float = 0.0

    @property
    def duplicate_share(self) -> float:
        """Rows beyond the first of their text, of all rows."""
        sampled = sum(self.sketch.values())
        return 1.0 - len(self.sketch) / sampled if sampled else 0.0

    def share_within(self, other: "SplitStatistics") -> float:
        """Tells how many of this split's distinct texts another split has too.

        Args:
            other: the split to look in.

        Returns:
            A share; of the texts that both sketches can know of.
        """
        limit = min(_reach(self), _reach(other))
        known = [text for text in self.sketch if text <= limit]
        found = sum(1 for text in known if text in other.sketch)
        return found / len(known) if known else 0.0


class TextStatistics(BaseModel):
    """What was counted of the data, and with which vocabulary.

    Attributes:
        vocabulary: where unknown tokens were looked up, in words; None if nowhere.
        splits: the counts by split.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vocabulary: str | None = None
    splits: dict[str, SplitStatistics]


def read(folder: Path) -> TextStatistics:
    """Reads what the node wrote.

    Args:
        folder: that of the artifact, or of another copy of the file.

    Returns:
        The statistics.

    Raises:
        ModelError: the file is not what the node wrote.
    """
    file = folder / FILE
    try:
        return TextStatistics.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        reason = first_line(error)
        raise ModelError(
            f"{file}: cannot be read: {reason}; the data cannot be compared with it"
        ) from None


def text_hash(text: str) -> str:
    """Hashes a text; texts that differ in case or white space only are one.

    Args:
        text: any.

    Returns:
        16 hexadecimal digits.
    """
    normal = _SPACE.sub(" ", text).strip().casefold()
    return hashlib.blake2b(normal.encode(), digest_size=8).hexdigest()


def smallest(sketch: Mapping[str, _Value]) -> dict[str, _Value]:
    """Keeps of a sketch what it has room for.

    Args:
        sketch: what is known of texts, by hash.

    Returns:
        Those of the smallest hashes, sorted.
    """
    if len(sketch) <= SKETCH_SIZE:
        return dict(sorted(sketch.items()))
    return {one: sketch[one] for one in heapq.nsmallest(SKETCH_SIZE, sketch)}


def _reach(statistics: SplitStatistics) -> str:
    """The largest hash below which a sketch knows every text."""
    if len(statistics.sketch) < SKETCH_SIZE:
        return "g"
    return max(statistics.sketch)
