"""Which split a row falls into: by its file, and by a hash of its text."""

import bisect
import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsdesk.config.sections import Data
from newsdesk.rows import tf_datasets

ALL = "all"
SPLITS = ("train", "eval", "test")
_HASHES = 2**64


@dataclass(frozen=True)
class Division:
    """How the rows of one set of files are divided among splits.

    Attributes:
        names: the splits.
        bounds: for each the number below which a hash of 64 bits falls into it,
            unless it falls into one before.
    """

    names: tuple[str, ...]
    bounds: tuple[int, ...]

    @classmethod
    def by(cls, shares: Mapping[str, float]) -> "Division":
        """Divides by proportion.

        Args:
            shares: a weight for each split; one of weight 0 is left out.

        Returns:
            The division; the same shares give the same division on every machine.
        """
        names = tuple(name for name, share in shares.items() if share)
        sums = list(itertools.accumulate(shares[name] for name in names))
        return cls(names, tuple(int(one / sums[-1] * _HASHES) for one in sums))

    def of(self, text: str) -> str:
        """Tells the split of a row; equal texts get the same one.

        Args:
            text: the joined text of the row.

        Returns:
            The name of the split.
        """
        if len(self.names) == 1:
            return self.names[0]
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return self.names[bisect.bisect(self.bounds, int.from_bytes(digest, "big"))]


def given_splits(data: Data) -> dict[str, str]:
    """The sets of files to read, in the order of SPLITS.

    Args:
        data: the data section.

    Returns:
        A pattern for each split that is given; {} if the files are one set. A TFDS
        data set without data.splits has its own `train` and `test`.
    """
    splits: dict[str, str] = dict(data.splits)  # type: ignore[arg-type]
    if not splits and data.path.startswith(tf_datasets.PREFIX):
        splits = {"train": "train", "test": "test"}
    return {name: splits[name] for name in SPLITS if name in splits}


def divisions(data: Data) -> dict[str, Division]:
    """Plans how the rows of every set of files are divided.

    Args:
        data: the data section.

    Returns:
        A division for each given split, or one for ALL.
    """
    given = given_splits(data)
    if not given:
        return {ALL: Division.by(data.ratios.model_dump())}
    plan = {name: Division.by({name: 1}) for name in given}
    if "eval" not in given:
        shares = {"train": 1 - data.eval_ratio, "eval": data.eval_ratio}
        plan["train"] = Division.by(shares)
    return plan


def names_of(plan: Mapping[str, Division]) -> Sequence[str]:
    """The splits that come out of a plan, in the order of SPLITS.

    Args:
        plan: what `divisions` gave.

    Returns:
        Their names.
    """
    found = {name for division in plan.values() for name in division.names}
    return [name for name in SPLITS if name in found]
