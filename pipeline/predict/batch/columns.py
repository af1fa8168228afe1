"""Chooses the columns of the output, and fills them for a row."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newsdesk import features
from newsdesk.errors import DataError

PROBABILITY = "probability"
_PREFIX = "predicted_"


@dataclass(frozen=True)
class Rules:
    """What is written about an answer.

    Attributes:
        top_k: how many labels, the most probable first.
        min_probability: below it, the label is `abstain`.
        abstain: the label of such a row.
    """

    top_k: int = 1
    min_probability: float = 0.0
    abstain: str = "abstain"


@dataclass(frozen=True)
class Columns:
    """The columns of the output.

    Attributes:
        kept: the columns of the input, in order.
        prefix: before the names of the answer's columns.
        rules: what is written about an answer.
    """

    kept: tuple[str, ...]
    prefix: str
    rules: Rules

    @classmethod
    def of(cls, file: str, rows: Iterable[Collection[str]], rules: Rules) -> "Columns":
        """Chooses names that the input does not have.

        Args:
            file: the path of the input, for the message.
            rows: the columns of each of the first rows.
            rules: what is written about an answer.

        Returns:
            The columns; if the input has one of the answer's, those get a prefix.

        Raises:
            DataError: the input also has a column with the prefix.
        """
        kept = tuple(dict.fromkeys(name for row in rows for name in row))
        for prefix in ("", _PREFIX):
            columns = cls(kept, prefix, rules)
            if not set(columns.labels + columns.probabilities) & set(kept):
                return columns
        raise DataError(
            f"{file}: has the columns {features.LABEL!r} and "
            f"{_PREFIX + features.LABEL!r}, or others that the answers need; rename one"
        )

    @property
    def labels(self) -> list[str]:
        """The columns with labels: `label`, `label_2`, ..."""
        return self._numbered(features.LABEL)

    @property
    def probabilities(self) -> list[str]:
        """The columns with probabilities: `probability`, `probability_2`, ..."""
        return self._numbered(PROBABILITY)

    @property
    def reserved(self) -> frozenset[str]:
        """Names that a later row must not have, because the answer has them."""
        return frozenset(self.labels + self.probabilities)

    def _numbered(self, name: str) -> list[str]:
        numbers = range(2, self.rules.top_k + 1)
        first = f"{self.prefix}{name}"
        return [first, *(f"{first}_{number}" for number in numbers)]

    def answer(self, answer: Mapping[str, Any]) -> dict[str, str | float | None]:
        """Fills the answer's columns.

        Args:
            answer: from `Answerer.answers`.

        Returns:
            Labels and probabilities; None where the model has fewer labels.
        """
        ranked = sorted(answer["probabilities"].items(), key=lambda one: -one[1])
        # The model decides between equal probabilities.
        ranked.sort(key=lambda one: one[0] != answer["label"])
        cells: dict[str, str | float | None] = {}
        for index, (label, share) in enumerate(
            zip(self.labels, self.probabilities, strict=True)
        ):
            name, value = ranked[index] if index < len(ranked) else (None, None)
            cells[label], cells[share] = name, value
        if self.abstains(answer):
            cells[self.labels[0]] = self.rules.abstain
        return cells

    def abstains(self, answer: Mapping[str, Any]) -> bool:
        """Returns whether an answer is not probable enough.

        Args:
            answer: from `Answerer.answers`.
        """
        return bool(answer["probability"] < self.rules.min_probability)
