"""Predicts rows of files with models, in this process or on workers of Beam."""

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.utils.shared import Shared

from components import packed_folder
from components.packed_folder import AS_IS
from newsdesk import features
from newsdesk.evaluation.prediction_file import BATCH
from newsdesk.evaluation.tested_rows import losses

# The model whose columns have no prefix.
CANDIDATE = "model"
SLICE = "slice/"


class Models:
    """Models that are loaded; several threads may use them."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        """Loads the models.

        Args:
            folders: SavedModels by name; one is `CANDIDATE`.
        """
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  registers operations of the models

        self._models = {
            name: tf.saved_model.load(folder) for name, folder in folders.items()
        }

    def predicted(
        self, files: Sequence[str], slice_columns: Sequence[str]
    ) -> Iterator[dict[str, Any]]:
        """Predicts the rows of files.

        Args:
            files: compressed TFRecord files of raw examples.
            slice_columns: columns to keep.

        Yields:
            The columns of some rows, in the order of the files.
        """
        import tensorflow as tf

        spec = {
            features.TEXT: tf.io.FixedLenFeature([], tf.string),
            features.LABEL: tf.io.FixedLenFeature([], tf.int64),
            **{name: tf.io.VarLenFeature(tf.string) for name in slice_columns},
        }
        for batch in tf.data.TFRecordDataset(files, "GZIP").batch(BATCH):
            rows = tf.io.parse_example(batch, spec)
            label = rows[features.LABEL].numpy()
            found = {
                "text": [text.decode("utf-8") for text in rows[features.TEXT].numpy()],
                "label": label,
                **{SLICE + name: _values(rows[name]) for name in slice_columns},
            }
            for name, model in self._models.items():
                answer = model.signatures[features.SERVING_EXAMPLES](batch)
                probabilities = answer[features.PROBABILITIES].numpy()
                prefix = "" if name == CANDIDATE else f"{name}/"
                found[f"{prefix}predicted"] = probabilities.argmax(1)
                found[f"{prefix}probability"] = probabilities.max(1)
                found[f"{prefix}loss"] = losses(probabilities, label)
                if name == CANDIDATE:
                    found["probabilities"] = list(probabilities)
            yield found


def on_workers(
    make_pipeline: Callable[[], beam.Pipeline],
    folders: Mapping[str, str],
    files: Sequence[str],
    slice_columns: Sequence[str],
    schema: Any,
    scratch: str,
) -> Iterator[Any]:
    """Predicts the rows of files on workers, each file on one of them.

    Args:
        make_pipeline: makes a Beam pipeline.
        folders: SavedModels by name, on this machine.
        files: of raw examples, which workers can read.
        slice_columns: columns to keep.
        schema: of Arrow, for the columns.
        scratch: an address that workers can read and write.

    Yields:
        Arrow record batches, in the order of the files.
    """
    import pyarrow as pa

    packed = {name: f"{scratch}/{name}.zip" for name in folders}
    for name, folder in folders.items():
        packed_folder.pack(folder, packed[name])
    # Numbered, so that the rows keep the order of the files.
    parts = {f"{scratch}/{number:05d}.arrow": one for number, one in enumerate(files)}
    with make_pipeline() as pipeline:
        _ = (
            pipeline
            | "Files" >> beam.Create(sorted(parts.items()))
            | "SpreadFiles" >> beam.Reshuffle()
            | "Predict" >> beam.ParDo(_Predicted(packed, list(slice_columns), schema))
        )
    for part in sorted(parts):
        with FileSystems.open(part, compression_type=AS_IS) as stream:
            yield from pa.ipc.open_stream(stream)
    FileSystems.delete([*parts, *packed.values()])


class _Predicted(beam.DoFn):
    """Pairs of a target and a file -> the target, with the predictions of the file."""

    def __init__(
        self, packed: Mapping[str, str], slice_columns: list[str], schema: Any
    ) -> None:
        self._packed = packed
        self._columns = slice_columns
        self._schema = schema
        self._shared = Shared()

    def setup(self) -> None:
        # Once for all threads of the worker.
        self._models = self._shared.acquire(self._load)

    def process(self, element: tuple[str, str]) -> Iterable[None]:
        import pyarrow as pa

        target, file = element
        with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
            copy = Path(folder, "rows.gz")
            packed_folder.copy(file, copy)
            # A file that a killed attempt began is replaced as a whole.
            with (
                FileSystems.create(target, compression_type=AS_IS) as sink,
                pa.ipc.new_stream(sink, self._schema) as writer,
            ):
                for batch in self._models.predicted([str(copy)], self._columns):
                    writer.write(pa.RecordBatch.from_pydict(batch, self._schema))
        return ()

    def _load(self) -> Models:
        with contextlib.ExitStack() as stack:
            return Models(
                {
                    name: stack.enter_context(packed_folder.unpacked(address))
                    for name, address in self._packed.items()
                }
            )


def _values(column: Any) -> list[str | None]:
    """The first value in each row of a sparse column of strings."""
    values: list[str | None] = [None] * int(column.dense_shape[0])
    for (row, place), value in zip(
        column.indices.numpy(), column.values.numpy(), strict=True
    ):
        if place == 0:
            values[row] = value.decode("utf-8", "replace")
    return values
