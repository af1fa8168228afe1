"""Collects the texts of each class, as far as the splits of some may still change."""

from collections import defaultdict
from collections.abc import Mapping

from components.text_example_gen.splits import Division, hash_of
from components.text_example_gen.strata import Texts
from newsdesk.rows.labelling import Labelled


class ClassTexts:
    """The texts of the rows of one source.

    Attributes:
        texts: the texts of each class, by its number; {} if the rows are not divided.
    """

    def __init__(
        self, division: Division, by_value: Mapping[str, Division] | None = None
    ) -> None:
        """Begins without texts.

        Args:
            division: how the rows are divided.
            by_value: how they are divided if a column says their split.
        """
        self.texts: dict[int, Texts] = defaultdict(Texts)
        self._division = division
        self._by_value = by_value or {}

    @property
    def can_move(self) -> bool:
        """Whether any row can get into more than one split."""
        divisions = self._by_value.values() or [self._division]
        return any(division.divides for division in divisions)

    def add(self, row: Labelled) -> None:
        """Adds the text of a row.

        Args:
            row: text, label and slices.
        """
        division = self._by_value.get(row.split, self._division)
        if division.divides:
            self.texts[row.label].add(hash_of(row.text), division)

    def suffice(self, classes: int) -> bool:
        """Returns whether no text can move, whatever other sources have.

        Args:
            classes: the number of classes.

        Returns:
            Whether every class has enough texts in each split.
        """
        return len(self.texts) == classes and all(
            texts.suffice for texts in self.texts.values()
        )
