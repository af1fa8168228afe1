"""Decides the split of a row, by its file and by a hash of its text."""

import bisect
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsdesk.config.data import Data
from newsdesk.rows import tf_datasets

ALL = "all"
MIXED = "mixed"
SPLITS = ("train", "eval", "test")
_HASHES = 2**64


@dataclass(frozen=True)
class Division:
    """How the rows of one set of files are divided among splits.

    Attributes:
        names: the splits.
        bounds: for each split, its upper bound: a row belongs to the first split
            whose bound is above the 64-bit hash of the text.
    """

    names: tuple[str, ...]
    bounds: tuple[int, ...]

    @classmethod
    def by(cls, shares: Mapping[str, float]) -> "Division":
        """Makes a division by proportion.

        Args:
            shares: a weight for each split; a split with weight 0 is left out.

        Returns:
            The division; the same shares give the same division on every machine.
        """
        names = tuple(name for name, share in shares.items() if share)
        sums = list(itertools.accumulate(shares[name] for name in names))
        return cls(names, tuple(int(total / sums[-1] * _HASHES) for total in sums))

    def of(self, text: str) -> str:
        """Returns the split of a row; rows with the same text get the same split.

        Args:
            text: the joined text of the row.

        Returns:
            The name of the split.
        """
        return self.of_hash(hash_of(text)) if self.divides else self.names[0]

    @property
    def divides(self) -> bool:
        """Whether there are several splits."""
        return len(self.names) > 1

    def of_hash(self, text: int) -> str:
        """Returns the split of a row by the hash of its text.

        Args:
            text: the result of `hash_of`.

        Returns:
            The name of the split.
        """
        return self.names[bisect.bisect(self.bounds, text)]

    def share(self, split: str) -> float:
        """Returns the expected share of a split, between 0 and 1."""
        begin, end = self._interval(split)
        return (end - begin) / _HASHES

    def distance(self, text: int, split: str) -> int:
        """Measures how far a hash is from the hashes of a split.

        Args:
            text: the result of `hash_of`.
            split: the name of the split.

        Returns:
            0 if the text belongs to the split. The first hash follows the last one.
        """
        begin, end = self._interval(split)
        if begin <= text < end:
            return 0
        return min((begin - text) % _HASHES, (text - end + 1) % _HASHES)

    def _interval(self, split: str) -> tuple[int, int]:
        index = self.names.index(split)
        return (self.bounds[index - 1] if index else 0), self.bounds[index]


def hash_of(text: str) -> int:
    """Computes the 64-bit hash that decides the split of a text.

    Args:
        text: the joined text of a row.

    Returns:
        The same number in every release.
    """
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def given_splits(data: Data) -> dict[str, str]:
    """Returns the patterns of the splits that have their own files.

    Args:
        data: the data section.

    Returns:
        A pattern for each split, in the order of SPLITS; {} if the files are one set.
        A TFDS data set without data.splits has its own `train` and `test`.
    """
    splits: dict[str, str] = dict(data.splits)  # type: ignore[arg-type]
    if not splits and data.path.startswith(tf_datasets.PREFIX):
        splits = {"train": "train", "test": "test"}
    return {name: splits[name] for name in SPLITS if name in splits}


def divisions(data: Data) -> dict[str, Division]:
    """Decides how the rows of every set of files are divided.

    Args:
        data: the data section.

    Returns:
        A division for each split with its own files, or one for ALL. If the names of
        files decide, `data.named_splits` must have their splits.
    """
    given = given_splits(data) or data.named_splits
    if not given:
        return {ALL: Division.by(data.ratios.model_dump())}
    plan = {name: Division.by({name: 1}) for name in given}
    if "eval" not in given:
        shares = {"train": 1 - data.eval_ratio, "eval": data.eval_ratio}
        plan["train"] = Division.by(shares)
    return plan


def names_of(plan: Mapping[str, Division]) -> Sequence[str]:
    """Lists the splits that a plan makes.

    Args:
        plan: the result of `divisions`.

    Returns:
        The names of the splits, in the order of SPLITS.
    """
    found = {name for division in plan.values() for name in division.names}
    return [name for name in SPLITS if name in found]
