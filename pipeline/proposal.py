"""Decides what the columns of a surveyed file mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.errors import ConfigError, DataError
from pipeline.survey import MAX_LABELS, Column, Survey

_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Proposal:
    """A configuration to be.

    Attributes:
        survey: what was found in the data.
        name: the pipeline's name.
        text_columns: the columns that hold text, in order.
        label_column: the column that holds the label.
        labels: how many rows each label has, in the order of the classes.
    """

    survey: Survey
    name: str
    text_columns: tuple[str, ...]
    label_column: str
    labels: dict[str, int]

    @property
    def numbered(self) -> bool:
        """Whether the labels are whole numbers in a row."""
        if not all(_INTEGER.fullmatch(label) for label in self.labels):
            return False
        found = [int(label) for label in self.labels]
        return found == list(range(found[0], found[0] + len(found)))

    @property
    def first_label(self) -> int:
        """The number of the first label where labels are numbered, else 0."""
        return int(next(iter(self.labels))) if self.numbered else 0

    @property
    def largest_share(self) -> float:
        """The share of the rows that the most frequent label has."""
        return max(self.labels.values()) / sum(self.labels.values())

    @property
    def min_accuracy(self) -> float:
        """A third of the way from the largest share to 1, rounded, below 1."""
        share = self.largest_share
        digits = 2 if share < 0.97 else 6
        return round(share + (1 - share) / 3, digits)


def propose(
    survey: Survey, text: Sequence[str] = (), label: str = "", name: str = ""
) -> Proposal:
    """Decides what a file's columns mean.

    Args:
        survey: what was found in the file.
        text: the text columns, where the person named them.
        label: the label column, where the person named it.
        name: the pipeline's name; by default made of the file's.

    Returns:
        The proposal.

    Raises:
        ConfigError: a named column does not exist, or which column is meant cannot
            be told; names the candidates and the flag.
        DataError: there is one label only, or there are too many.
    """
    for column in (*text, *([label] if label else [])):
        if column not in survey.columns:
            raise ConfigError(
                f"{survey.file}: has no column {column!r}; "
                f"there are {_listed(survey.columns)}"
            )
    label = label or _only_label(survey)
    if label in text:
        raise ConfigError(f"{label!r} cannot be both --label and --text")
    labels = _counted(survey.file, label, survey.columns[label])
    text_columns = tuple(text) or tuple(survey.text_candidates(label))
    if not text_columns:
        others = [column for column in survey.columns if column != label]
        raise ConfigError(
            f"{survey.file}: no column looks like text; "
            f"choose with --text COLUMN among {_listed(others)}"
        )
    name = _as_name(name or survey.file.name.partition(".")[0])
    return Proposal(survey, name, text_columns, label, labels)


def _only_label(survey: Survey) -> str:
    found = survey.label_candidates
    if survey.one_class and not found:
        return survey.one_class
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            f"{survey.file}: several columns may hold the label; "
            f"choose with --label COLUMN among {_listed(found)}"
        )
    raise ConfigError(
        f"{survey.file}: no column looks like a label (few short values, repeated); "
        f"choose with --label COLUMN among {_listed(survey.columns)}"
    )


def _counted(file: Path, name: str, column: Column) -> dict[str, int]:
    if column.values is None:
        raise DataError(
            f"{file}: column {name!r} holds more than {MAX_LABELS:,} different "
            "labels; choose another with --label COLUMN"
        )
    if len(column.values) < 2:
        raise DataError(
            f"{file}: column {name!r} holds {_listed(column.values) or 'nothing'} "
            "only; a classifier needs two labels or more"
        )
    found = sorted(column.values)
    if all(_INTEGER.fullmatch(label) for label in found):
        found.sort(key=int)
    return {label: column.values[label] for label in found}


def _as_name(text: str) -> str:
    """A text cut to what a pipeline's name may be."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:63].strip("-") or "newsdesk"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, islice(names, 20)))
