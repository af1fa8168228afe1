"""Chooses the columns of label and text, and refuses what has no clear choice."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from newsdesk import features
from newsdesk.errors import ConfigError, DataError, NewsdeskError
from newsdesk.rows.listed import listed
from pipeline.init import odd_labels
from pipeline.init.column import MAX_LABELS, Column
from pipeline.init.misplaced import (
    explain_no_label,
    refuse_nested,
    refuse_several,
    with_examples,
)
from pipeline.init.proposal import Proposal
from pipeline.init.survey import Survey

_OWN_NAMES = (features.TEXT, features.LABEL)
_PATTERN = re.compile(r"[*?\[{]")
_INTEGER = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def propose(
    survey: Survey,
    text: Sequence[str] = (),
    label: str = "",
    name: str = "",
    slices: Sequence[str] = (),
) -> Proposal:
    """Decides what the columns of a file mean.

    Args:
        survey: the survey of the file.
        text: the text columns, if the user named them.
        label: the label column, if the user named it.
        name: the pipeline's name; by default made from the file name.
        slices: columns by whose values a model is also evaluated.

    Returns:
        The proposal.

    Raises:
        ConfigError: a named column does not exist, or the columns are ambiguous; names
            the candidates and the option to choose with.
        DataError: there is only one label, there are too many, or rows have several;
            or the columns cannot be found because most rows cannot be read.
    """
    try:
        _check_slices(survey, slices)
        found = _proposed(survey, text, label, name, slices)
    except NewsdeskError as error:
        if not survey.cause:
            raise
        raise DataError(f"{survey.file}: {survey.cause}") from error
    return replace(found, slice_columns=tuple(slices))


def candidates(survey: Survey, slices: Sequence[str] = ()) -> list[str]:
    """Names the columns that may contain the label.

    Args:
        survey: the survey of the files.
        slices: the slice columns, which are excluded.

    Returns:
        Names in the order of the file; only one if its name decides.
    """
    return [name for name in survey.label_candidates if name not in slices]


def _check_slices(survey: Survey, slices: Sequence[str]) -> None:
    for column in slices:
        _check_column(survey, column)
        if survey.columns[column].values is None:
            raise ConfigError(
                f"--slice {column}: has more than {MAX_LABELS:,} different values; "
                "choose a column with few values, such as a language"
            )
        if column in _OWN_NAMES:
            raise ConfigError(
                f"--slice {column}: Newsdesk uses this name itself; rename the column"
            )
        if slices.count(column) > 1:
            raise ConfigError(f"--slice {column}: is given twice; remove one of them")


def _check_column(survey: Survey, column: str) -> None:
    if column not in survey.columns:
        refuse_nested(survey, [column])
        raise ConfigError(
            f"{survey.file}: has no column {column!r}; "
            f"its columns are {listed(survey.columns)}"
        )


def _proposed(
    survey: Survey,
    text: Sequence[str],
    label: str,
    name: str,
    slices: Sequence[str],
) -> Proposal:
    for column in (*text, *([label] if label else [])):
        _check_column(survey, column)
    chosen = bool(label)
    label = label or _only_label(survey, slices)
    if label in text:
        raise ConfigError(f"{label!r} cannot be both --label and --text")
    counts = _counted(survey.file, label, survey.columns[label])
    if not chosen:
        refuse_several(survey.file, label, counts)
    text_columns = tuple(text) or tuple(survey.text_candidates(label, slices))
    if not text_columns:
        refuse_nested(survey, survey.nested)
        others = [column for column in survey.columns if column != label]
        raise ConfigError(
            f"{survey.file}: no column looks like text; "
            f"choose one of {with_examples(survey.columns, others)} "
            "with --text COLUMN"
        )
    name = _as_name(name or _stem(survey.file))
    missing = {value: counts.pop(value) for value in odd_labels.missing(counts)}
    spellings = {}
    for shortest, *others in odd_labels.same_number(counts):
        counts[shortest] += sum(counts.pop(other) for other in others)
        spellings.update(dict.fromkeys(others, shortest))
    return Proposal(survey, name, text_columns, label, counts, missing, spellings)


def _only_label(survey: Survey, slices: Sequence[str]) -> str:
    if len(survey.columns) == 1:
        explain_no_label(survey)
        raise DataError(
            f"{survey.file}: has only the column {listed(survey.columns)}; a label and "
            "a text are required, in separate columns"
        )
    found = candidates(survey, slices)
    if not found and not survey.one_class:
        explain_no_label(survey)
    if survey.one_class and not found:
        return survey.one_class
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            f"{survey.file}: several columns may hold the label; "
            f"choose one of {with_examples(survey.columns, found)} "
            "with --label COLUMN"
        )
    raise ConfigError(
        f"{survey.file}: no column looks like a label (few short values, repeated); "
        f"choose one of {with_examples(survey.columns, survey.columns)} "
        "with --label COLUMN"
    )


def _counted(file: Path, name: str, column: Column) -> dict[str, int]:
    if column.values is None:
        raise DataError(
            f"{file}: column {name!r} has more than {MAX_LABELS:,} different "
            "labels; choose another column with --label COLUMN"
        )
    if len(column.values) < 2:
        raise DataError(
            f"{file}: column {name!r} contains only "
            f"{listed(column.values) or 'empty cells'}; a classifier needs at least "
            "two labels"
        )
    found: list[str] = sorted(column.values)
    if all(_INTEGER.fullmatch(label) for label in found):
        found.sort(key=int)
    return {label: column.values[label] for label in found}


def _stem(path: Path) -> str:
    """Returns the name of a file or folder; of a pattern, that of its folder."""
    parts = path.absolute().parts
    plain = (part for part in reversed(parts) if not _PATTERN.search(part))
    return next(plain, "").partition(".")[0]


def _as_name(text: str) -> str:
    """Turns a text into a valid name of a pipeline; an accent is left out."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:63].strip("-") or "newsdesk"
