"""What the columns of surveyed files mean, as `init` proposes it."""

import re
from dataclasses import dataclass, field

from newsdesk.rows.labelling import Labelling
from pipeline.init.survey import Survey

_LARGEST_SHARE = 0.6
_LARGEST_RATIO = 5
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Proposal:
    """What the columns of a file mean; the base of the configuration.

    Attributes:
        survey: the survey of the file.
        name: the pipeline's name.
        text_columns: the columns that contain text, in order.
        label_column: the column that contains the label.
        labels: the number of rows of each label, in the order of the classes.
        missing: the number of rows of each value that is not a label, because programs
            write it for a missing value.
        spellings: maps other spellings of a number to the label that they are read as.
        slice_columns: columns by whose values a model is also evaluated.
    """

    survey: Survey
    name: str
    text_columns: tuple[str, ...]
    label_column: str
    labels: dict[str, int]
    missing: dict[str, int] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    slice_columns: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The labels in the order of the classes."""
        return tuple(self.labels)

    @property
    def labelling(self) -> Labelling:
        """The rules that `run` applies to a row."""
        return Labelling(
            self.text_columns,
            self.label_column,
            self.names,
            self.first_label,
            self.slice_columns,
        )

    @property
    def numbered(self) -> bool:
        """Whether the labels are consecutive whole numbers."""
        if not all(_INTEGER.fullmatch(label) for label in self.labels):
            return False
        found = [int(label) for label in self.labels]
        return found == list(range(found[0], found[0] + len(found)))

    @property
    def first_label(self) -> int:
        """The first label as a number if the labels are numbered, else 0."""
        return int(next(iter(self.labels))) if self.numbered else 0

    @property
    def largest_share(self) -> float:
        """The share of rows with the most frequent label."""
        return max(self.labels.values()) / sum(self.labels.values())

    @property
    def is_imbalanced(self) -> bool:
        """Whether a model could ignore a label and still have a good accuracy."""
        rows = self.labels.values()
        return self.largest_share > _LARGEST_SHARE or max(rows) > _LARGEST_RATIO * min(
            rows
        )

    @property
    def min_accuracy(self) -> float:
        """The proposed threshold, above the accuracy of predicting the largest class.

        A third of the way to 1, or a tenth if one class has most rows: then balanced
        weights give up some accuracy for the rare labels, which macro F1 measures.
        """
        share = self.largest_share
        way = 1 / 10 if share > _LARGEST_SHARE else 1 / 3
        # Two digits could round up to 1, which no model reaches.
        digits = 2 if share < 0.97 else 6
        return round(share + (1 - share) * way, digits)
