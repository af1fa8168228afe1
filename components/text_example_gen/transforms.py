"""The Beam transforms between files and tf.Examples."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam
from tensorflow.core.example.example_pb2 import Example

from components.text_example_gen.splits import Division, names_of
from newsdesk import features
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import readers
from newsdesk.rows.labelling import Labelled, Labelling, check_columns
from newsdesk.rows.row import BadRow, Row

# Rows move in batches, because passing an element costs Beam more than reading a row.
BATCH = 500
NOTES = "notes"


@dataclass(frozen=True)
class Source:
    """One file, and how its rows are divided."""

    file: str
    division: Division


class ReadFiles(beam.DoFn):
    """Sources -> lists of serialized tf.Examples, tagged by split, and notes."""

    def __init__(self, data: Data) -> None:
        """Keeps the settings that workers need.

        Args:
            data: the data section.
        """
        self._layout = readers.Layout.of(data)
        self._labelling = Labelling.of(data)

    def process(self, source: Source) -> Iterator[beam.pvalue.TaggedOutput]:
        """Reads one file.

        Args:
            source: the file.

        Yields:
            Batches, a note for every bad row, and a note with the number of rows. If
            the file cannot be read, a note with the error.
        """
        batches: dict[str, list[bytes]] = {name: [] for name in source.division.names}
        rows = lines = over_lines = 0
        count = readers.LineCount()
        try:
            for row in self._rows(source.file, count):
                rows += 1
                lines += row.lines
                found = row if isinstance(row, BadRow) else self._labelling.apply(row)
                if isinstance(found, BadRow):
                    yield note(bad=asdict(found))
                    continue
                over_lines += row.lines > 1
                split = source.division.of(found.text)
                batches[split].append(serialized(found))
                if len(batches[split]) == BATCH:
                    yield beam.pvalue.TaggedOutput(split, batches[split])
                    batches[split] = []
            count.check(source.file, lines)
        except DataError as error:
            # An exception would lose its type on the way from another process.
            yield note(fault=str(error))
        for split, batch in batches.items():
            if batch:
                yield beam.pvalue.TaggedOutput(split, batch)
        yield note(rows=rows, over_lines=over_lines)

    def _rows(self, file: str, count: readers.LineCount) -> Iterator[Row | BadRow]:
        needed = self._labelling.columns
        check_columns(file, readers.columns_of(file, self._layout), needed)
        return readers.read_rows(file, self._layout, needed, self._is_row, count)

    def _is_row(self, values: dict[str, str]) -> bool:
        return isinstance(self._labelling.apply(Row("", 0, values)), Labelled)


class ExamplesFromFiles(beam.PTransform):
    """Pipeline -> TFRecord files of every split, and note files."""

    def __init__(
        self,
        data: Data,
        sources: list[Source],
        prefixes: Mapping[str, str],
        notes: str,
    ) -> None:
        """Keeps the paths to read and to write.

        Args:
            data: the data section.
            sources: the files to read.
            prefixes: how the paths of the files of each split begin.
            notes: how the paths of the note files begin.
        """
        super().__init__()
        self._data = data
        self._sources = sources
        self._prefixes = prefixes
        self._notes = notes

    def expand(self, pipeline: Any) -> Any:
        """Overrides PTransform.expand.

        Args:
            pipeline: the pipeline, at its root.

        Returns:
            The names of the note files.
        """
        splits = names_of({source.file: source.division for source in self._sources})
        read = (
            pipeline
            | "Files" >> beam.Create(self._sources)
            | "SpreadFiles" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(ReadFiles(self._data)).with_outputs()
        )
        notes = [read[NOTES]]
        for split in splits:
            batches = read[split] | f"SpreadRows[{split}]" >> beam.Reshuffle()
            # Counted again behind the shuffle, so that the report notices lost rows.
            notes.append(batches | f"Count[{split}]" >> beam.Map(_written, split))
            _ = (
                batches
                | f"Rows[{split}]" >> beam.FlatMap(_each).with_output_types(bytes)
                | f"Write[{split}]"
                >> beam.io.WriteToTFRecord(
                    self._prefixes[split], file_name_suffix=".gz"
                )
            )
        return notes | beam.Flatten() | beam.io.WriteToText(self._notes)


def serialized(row: Labelled) -> bytes:
    """Makes a tf.Example.

    Args:
        row: text, label and slices.

    Returns:
        The serialized proto: text and each slice as a bytes value, label as an int64.
    """
    example = Example()
    feature = example.features.feature
    feature[features.TEXT].bytes_list.value.append(row.text.encode())
    feature[features.LABEL].int64_list.value.append(row.label)
    for name, value in row.slices.items():
        feature[name].bytes_list.value.append(value.encode())
    # By default, protobuf does not order the features, and equal rows must give equal
    # bytes.
    return bytes(example.SerializeToString(deterministic=True))


def note(**values: object) -> beam.pvalue.TaggedOutput:
    """Makes a note, which is one line of JSON.

    Args:
        **values: `bad`, the fields of a BadRow; `fault`, why a file cannot be read;
            `rows`, how many rows were read, and `over_lines`, how many good rows
            cover several lines; `written`, how many rows went into `split`.

    Returns:
        The line, tagged as a note.
    """
    return beam.pvalue.TaggedOutput(NOTES, json.dumps(values))


def _written(batch: list[bytes], split: str) -> str:
    return json.dumps({"written": len(batch), "split": split})


def _each(batch: list[bytes]) -> list[bytes]:
    return batch
