"""Refuses files whose labels or texts are not one value in a column of their own."""

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from newsdesk.errors import DataError
from newsdesk.rows import folders, nested
from pipeline.init import odd_labels
from pipeline.init.header import LABEL_NAMES
from pipeline.init.survey import Survey


def explain_no_label(survey: Survey) -> None:
    """Refuses a file whose label is somewhere else than in a column of its own.

    Args:
        survey: what was found in the file, which has no label column.

    Raises:
        DataError: names where the label is; returns if that is not known.
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
    """Refuses columns that hold lists or objects.

    Args:
        survey: what was found in the file.
        columns: the names of columns, also of those inside objects.

    Raises:
        DataError: a column is nested; says how to write it.
    """
    for column in columns:
        instead = nested.explain(column, survey.nested)
        if instead:
            raise DataError(f"{survey.file}: {instead}")


def refuse_several(file: Path, name: str, counts: Mapping[str, int]) -> None:
    """Refuses a column that holds several labels in one cell.

    Args:
        file: the file to name.
        name: the column.
        counts: how many rows each of its values has.

    Raises:
        DataError: it does; names the separator and what to do.
    """
    several = odd_labels.joined(counts)
    if several:
        separator, example, single = several
        raise DataError(
            f"{file}: column {name!r} holds several labels in one cell, such as "
            f"{example!r}, of {listed(single)}, but a text gets one label; keep one "
            f"label per row, or train one model per label; if {separator!r} belongs to "
            f"the names, add --label {name}"
        )


def listed(names: Iterable[str]) -> str:
    """Shows names in a sentence.

    Args:
        names: any.

    Returns:
        The first 20, quoted, with commas.
    """
    return ", ".join(map(repr, islice(names, 20)))
