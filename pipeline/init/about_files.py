"""Sentences about the files: which ones, how they are written, what names columns."""

import os

from components.text_example_gen.spans import has_span
from newsdesk.rows.encodings import NAMES
from pipeline.init.agreement import DELIMITERS
from pipeline.init.inputs import MAX_ROWS, Inputs
from pipeline.init.survey import Survey

_COLUMNS = 10
_FILES = 5


def about_header(survey: Survey) -> str:
    """Says what was decided about the first row, and how to change the decision.

    Args:
        survey: the survey of the file.

    Returns:
        One sentence; "" for a format that has no header.
    """
    if not survey.header:
        return ""
    names = ", ".join(list(survey.columns)[:_COLUMNS])
    if not survey.header.present:
        sentence = f"none: the columns are named {names}"
        return sentence + (
            "; if the first row is a header, add --header"
            if not survey.header.given
            else ""
        )
    sentence = f"the first row names the columns: {names}"
    if survey.header.doubtful:
        sentence += "; if it is a row of data, add --no-header"
    if survey.repeated:
        sentence += f"; {_repeated(survey.repeated)} it and will not be used"
    return sentence


def about_files(survey: Survey) -> str:
    """Names the files that were read.

    Args:
        survey: the survey of the files.

    Returns:
        Their number and the first of them; "" if the user named a single file.
    """
    files = survey.inputs.files
    if files == (str(survey.file),):
        return ""
    names = ", ".join(map(os.path.basename, files[:_FILES]))
    more = f" and {len(files) - _FILES:,} more" if len(files) > _FILES else ""
    newest = " (the newest)" if has_span(str(survey.file)) else ""
    folder = os.path.dirname(files[0]) or "."
    sentence = f"{len(files):,} in {folder}{newest}: {names}{more}"
    if survey.is_cut:
        share = max(1, MAX_ROWS // len(files))
        sentence += f"; of each, only the first {share:,} rows were read"
    return sentence


def about_splits(inputs: Inputs) -> str:
    """Says which files are which split.

    Args:
        inputs: the files.

    Returns:
        The pattern of each split; "" if the names of the files do not say it.
    """
    if not inputs.splits:
        return ""
    shown = ", ".join(f"{split} = {name}" for split, name in inputs.splits.items())
    if not inputs.unused:
        return f"{shown} (by the names of the files)"
    return f"{shown} (by the names of the files); not read: {', '.join(inputs.unused)}"


def about_format(survey: Survey) -> str:
    """Says which encoding and delimiter the files have, if it is unusual.

    Args:
        survey: the survey of the files.

    Returns:
        What was found, and how to change a guess; "" for UTF-8 with the delimiter of
        its format.
    """
    found = []
    if survey.delimiter in DELIMITERS:
        found.append(f"{DELIMITERS[survey.delimiter]} between cells")
    if survey.encoding in NAMES:
        found.append(NAMES[survey.encoding])
    if survey.example:
        found[-1] += (
            f", guessed by words such as {survey.example!r}; if they look wrong, "
            "convert the file to UTF-8"
        )
    return ", ".join(found)


def _repeated(rows: int) -> str:
    return "1 row repeats" if rows == 1 else f"{rows:,} rows repeat"
