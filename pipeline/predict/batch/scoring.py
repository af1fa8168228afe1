"""Answers the files of a score section, for the node BulkInferrer."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from components.bulk_inferrer import record
from newsdesk.config.data import Data
from newsdesk.config.score import Score
from newsdesk.errors import NewsdeskError, reason
from newsdesk.rows.readers import Layout
from pipeline.predict.answers import Answerer
from pipeline.predict.batch.answer_file import Counts, write
from pipeline.predict.batch.columns import Rules
from pipeline.predict.batch.rows import rows_of
from pipeline.predict.batch.windows import Answered, answered
from pipeline.predict.texts import is_text_file, layout_of


def answer_files(
    files: Sequence[str],
    model: Path,
    out: Path,
    score: Score,
    make_pipeline: Callable[[], Any] | None,
) -> Counts:
    """Answers the rows of all files with one file, in order.

    Args:
        files: the paths of the rows.
        model: the folder of a SavedModel.
        out: the output; its quarantine is written beside it.
        score: the score section.
        make_pipeline: makes a Beam pipeline; None to answer in this process.

    Returns:
        The counts.

    Raises:
        ConfigError: the model cannot be loaded.
        DataError: the rows cannot be read, or none can be answered.
        NewsdeskError: the output cannot be written.
    """
    rules = Rules(score.top_k, score.min_probability, score.abstain)
    try:
        return write(_windows(files, model, out, score, make_pipeline), out, rules)
    except OSError as error:
        raise NewsdeskError(
            f"{out}: cannot be written: {reason(error)}; free some space, and run again"
        ) from None


def check(score: Score, data: Data) -> None:
    """Reads the columns of the rows, because a run would fail on them at its end.

    Args:
        score: the score section.
        data: the data section.

    Raises:
        NewsdeskError: a file cannot be read, or lacks a text column.
    """
    written = (data.quoting, data.encoding, data.delimiter)
    expected = Layout("auto", tuple(score.columns), *written)
    for file in record.files_of(score):
        if not is_text_file(file):
            layout_of(file, data.text_columns, expected, data.columns)


def _windows(
    files: Sequence[str],
    model: Path,
    out: Path,
    score: Score,
    make_pipeline: Callable[[], Any] | None,
) -> Iterable[list[Answered]]:
    if make_pipeline:
        # Imported here, because the command `predict` never needs Beam.
        from pipeline.predict.batch.on_beam import answered_on_beam

        return answered_on_beam(files, model, out.parent, score.columns, make_pipeline)
    answerer = Answerer(model)
    rows = (row for file in files for row in rows_of(file, answerer, score.columns))
    return answered(rows, answerer)
