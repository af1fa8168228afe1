"""Refuses files whose labels or texts are not single values in a separate column."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from newsdesk.errors import DataError
from newsdesk.rows import folders, nested
from newsdesk.rows.listed import listed, shortened
from pipeline.init import odd_labels
from pipeline.init.column import Column
from pipeline.init.header import LABEL_NAMES
from pipeline.init.survey import Survey


def explain_no_label(survey: Survey) -> None:
    """Refuses a file whose label is not in a separate column, if it can be located.

    Args:
        survey: the survey of the file, which has no label column.

    Raises:
        DataError: says where the label is.
    """
    named = [name for name in survey.nested if LABEL_NAMES.fullmatch(name.lower())]
    refuse_nested(survey, named or survey.nested)
    for name, column in survey.columns.items():
        if column.values and LABEL_NAMES.fullmatch(name.lower()):
            refuse_several(survey.file, name, column.values)
    partitioned = folders.explain_partition(str(survey.file.absolute()), "")
    if partitioned:
        raise DataError(partitioned)


def refuse_nested(survey: Survey, columns: Iterable[str]) -> None:
    """Refuses columns that contain lists or objects.

    Args:
        survey: the survey of the file.
        columns: names of columns, including those inside objects.

    Raises:
        DataError: a column is nested; says how to write it instead.
    """
    for column in columns:
        instead = nested.explain(column, survey.nested)
        if instead:
            raise DataError(f"{survey.file}: {instead}")


def refuse_several(file: Path, name: str, counts: Mapping[str, int]) -> None:
    """Refuses a column that contains several labels in one cell.

    Args:
        file: the file, for the message.
        name: the column.
        counts: the number of rows of each value.

    Raises:
        DataError: a cell contains several labels; names the separator and what to do.
    """
    several = odd_labels.joined(counts)
    if several:
        separator, example, single = several
        raise DataError(
            f"{file}: column {name!r} has several labels in one cell, such as "
            f"{example!r}, of {listed(single)}, but a text has one label; keep one "
            f"label per row, or train one model per label; if {separator!r} is part of "
            f"the names, add --label {name}"
        )


def with_examples(columns: Mapping[str, Column], names: Iterable[str]) -> str:
    """Formats columns for a sentence that asks to choose one.

    Args:
        columns: statistics of each column.
        names: the columns to choose from.

    Returns:
        The first 20, each with a cell of it.
    """
    return ", ".join(
        f"{name!r} (such as {shortened(columns[name].example)!r})"
        if columns[name].example
        else repr(name)
        for name in islice(names, 20)
    )
