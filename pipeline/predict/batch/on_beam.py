"""Answers files on the workers of Beam, and restores the order of the rows."""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam

from pipeline.predict.answers import Answerer
from pipeline.predict.batch.rows import InputRow, rows_of
from pipeline.predict.batch.windows import Answered, answered_window, cut
from pipeline.predict.texts import Unusable

# The position of a window: the number of its file, and its own number in the file.
Position = tuple[int, int]


def answered_on_beam(
    files: Sequence[str],
    model: Path,
    folder: Path,
    columns: Sequence[str],
    make_pipeline: Callable[[], Any],
) -> Iterator[list[Answered]]:
    """Answers files with a Beam pipeline.

    Args:
        files: the paths of the rows, which all workers can read.
        model: the folder of a SavedModel, which all workers can read.
        folder: a folder that all workers can write to.
        columns: the names of the columns of a CSV or TSV file without a header.
        make_pipeline: makes a Beam pipeline.

    Yields:
        As `windows.answered`, in the order of the files and their rows.

    Raises:
        DataError: a file cannot be read, or lacks a text column.
    """
    parts = folder / "parts"
    parts.mkdir()
    with make_pipeline() as pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(list(enumerate(files)))
            | "EachFile" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_Read(str(model), list(columns)))
            | "EachWindow" >> beam.Reshuffle()
            | "Answer" >> beam.ParDo(_Answer(str(model), str(parts)))
        )
    # Fixed widths, so that names sort as positions.
    for part in sorted(parts.glob("*.json")):
        yield [_restored(*values) for values in json.loads(part.read_text())]
    shutil.rmtree(parts)


class _WithModel(beam.DoFn):
    """Loads the model once for each worker."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._answerer: Answerer | None = None

    def setup(self) -> None:
        self._answerer = Answerer(Path(self._model))


class _Read(_WithModel):
    """Cuts the rows of a file into windows; the model says how files are written."""

    def __init__(self, model: str, columns: list[str]) -> None:
        super().__init__(model)
        self._columns = columns

    def process(
        self, numbered: tuple[int, str]
    ) -> Iterator[tuple[Position, list[InputRow]]]:
        assert self._answerer is not None
        number, file = numbered
        rows = rows_of(file, self._answerer, self._columns)
        for index, window in enumerate(cut(rows)):
            yield (number, index), window


class _Answer(_WithModel):
    """Writes the answers of a window to a file, because Beam keeps no order."""

    def __init__(self, model: str, parts: str) -> None:
        super().__init__(model)
        self._parts = parts

    def process(self, placed: tuple[Position, list[InputRow]]) -> None:
        assert self._answerer is not None
        (number, index), window = placed
        content = json.dumps(
            [_plain(*one) for one in answered_window(window, self._answerer)]
        )
        part = Path(self._parts, f"{number:09}-{index:09}.json")
        # Two workers may answer one window, if Beam takes the first for dead.
        aside = part.with_suffix(f".{uuid.uuid4().hex}")
        aside.write_text(content)
        aside.replace(part)


def _plain(row: InputRow, answer: dict[str, Any] | None) -> tuple[Any, ...]:
    values = vars(row)
    if isinstance(row.text, Unusable):
        values = values | {"text": None, "reason": row.text.reason}
    return values, answer


def _restored(values: dict[str, Any], answer: dict[str, Any] | None) -> Answered:
    if "reason" in values:
        values["text"] = Unusable(values.pop("reason"))
    return InputRow(**values), answer
