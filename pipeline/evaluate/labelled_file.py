"""Reads a labelled file as training does, and predicts its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from newsdesk.errors import DataError
from newsdesk.evaluation.tested_rows import Predicted, losses
from newsdesk.rows.labelling import Labelled, Labelling
from newsdesk.rows.listed import listed
from newsdesk.rows.readers import (
    BadRow,
    Layout,
    columns_of,
    find_delimiter,
    format_of,
    read_rows,
)
from newsdesk.rows.remedies import remedy
from pipeline.predict.answers import Answerer
from pipeline.predict.header import with_columns


@dataclass(frozen=True)
class Answered:
    """The usable rows of a file, with the predictions of a model.

    Attributes:
        label: the number of the true class of each row, int64 [rows].
        predicted: the predictions of the model.
        bad: what is wrong with each row that cannot be used.
    """

    label: np.ndarray
    predicted: Predicted
    bad: list[str]


def check_columns(file: str, layout: Layout, labelling: Labelling) -> None:
    """Refuses a file without the columns that are needed.

    Args:
        file: the path.
        layout: how the file is written.
        labelling: the text columns and the label column.

    Raises:
        DataError: a column is missing, or the file cannot be read.
    """
    found = columns_of(file, layout)
    if not found:
        return
    columns = f"its columns are {listed(found)}"
    missing = [name for name in labelling.text_columns if name not in found]
    if missing:
        raise DataError(
            f"{file}: has no column {listed(missing)}, which the model reads; "
            f"{columns}; if its first row is not a header, name the columns with "
            "--columns"
        )
    if labelling.label_column not in found:
        raise DataError(
            f"{file}: has no column {labelling.label_column!r} with labels; {columns}; "
            "choose one with --label-column NAME"
        )


def layout_of(
    file: str,
    columns: Sequence[str],
    answerer: Answerer,
    trained: Sequence[str] = (),
) -> Layout:
    """Finds out how a file is written.

    Args:
        file: the path.
        columns: the names of the columns of a CSV or TSV file without a header.
        answerer: the model, which knows how its training data was written.
        trained: the columns of the training data if its files had no header, for a
            model of an older release, which does not know them.

    Returns:
        The layout.

    Raises:
        DataError: its name does not say which format it has, or it cannot be read.
    """
    try:
        found = format_of(file)
    except DataError:
        raise DataError(
            f"{file}: its name does not say which format it has; rename it to end in "
            ".csv, .tsv, .jsonl, .parquet or .tfrecord"
        ) from None
    written = answerer.quoting, answerer.encoding, answerer.delimiter
    layout = Layout(found, tuple(columns), *written)
    if found in ("csv", "tsv"):
        # Nobody can set a key for a published model, so another delimiter is found.
        layout = replace(layout, delimiter=find_delimiter(file, layout))
        names = answerer.columns or trained
        layout = with_columns(file, layout, answerer.text_columns, names)
    return layout


def answer(
    file: str, layout: Layout, labelling: Labelling, answerer: Answerer
) -> Answered:
    """Predicts every usable row.

    Args:
        file: the path.
        layout: how the file is written.
        labelling: the columns and labels, and how they apply to a row.
        answerer: the model.

    Returns:
        The rows and their predictions.

    Raises:
        DataError: the file cannot be read, or no row can be used.
    """
    bad: list[str] = []
    numbers: list[int] = []

    def texts() -> Iterator[str]:
        for row in read_rows(file, layout, labelling.columns):
            found = row if isinstance(row, BadRow) else labelling.apply(row)
            if isinstance(found, Labelled):
                numbers.append(found.label)
                yield found.text
            elif isinstance(found, BadRow):
                advice = remedy(found)
                bad.append(f"{found}; {advice}" if advice else str(found))

    labels = answerer.labels
    shares = [
        [result["probabilities"][name] for name in labels]
        for result in answerer.answers(texts(), covered=False)
    ]
    if not shares:
        why = f"; the first is {bad[0]}" if bad else ""
        raise DataError(
            f"{file}: none of its {len(bad):,} rows can be used, so nothing was "
            f"evaluated{why}"
        )
    label, probabilities = np.asarray(numbers), np.asarray(shares)
    predicted = Predicted(
        probabilities.argmax(1), losses(probabilities, label), probabilities.max(1)
    )
    return Answered(label, predicted, bad)
