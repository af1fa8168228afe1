"""Finds out whether a CSV or TSV file has no header, like the training data."""

from collections.abc import Sequence
from dataclasses import replace

from newsdesk.rows.readers import Layout, first_row

DELIMITED = ("csv", "tsv")


def with_columns(
    file: str, layout: Layout, text_columns: Sequence[str], trained: Sequence[str]
) -> Layout:
    """Names the columns of a file without a header as those of the training data.

    Args:
        file: the path.
        layout: how the file is written; its columns are those that the user named.
        text_columns: the columns that the model was trained on.
        trained: the columns of the training data, if its files had no header.

    Returns:
        The layout. It has `trained` as columns if the user named none, and the first
        row has as many cells and none of the names of the text columns.

    Raises:
        DataError: the file cannot be read.
    """
    if layout.columns or not trained or layout.format not in DELIMITED:
        return layout
    cells = [cell.strip() for cell in first_row(file, layout)]
    if len(cells) != len(trained) or set(cells) & set(text_columns):
        return layout
    return replace(layout, columns=tuple(trained))
