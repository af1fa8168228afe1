"""The Beam transforms between files and tf.Examples."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import apache_beam as beam

from components.text_example_gen.batches import Batches
from components.text_example_gen.routing import Route, Stratify
from components.text_example_gen.splits import Division, names_of
from components.text_example_gen.strata import Strata
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import readers
from newsdesk.rows.labelling import Labelling, LeftOut, check_columns
from newsdesk.rows.row import BadRow, Row

NOTES = "notes"
BATCHES = "batches"
_TEXTS = "texts"


@dataclass(frozen=True)
class Source:
    """One file, and how its rows are divided.

    Attributes:
        file: a local path, or `tfds:name/split`.
        division: how the rows are divided.
        by_value: how they are divided if a column says their split, by split.
    """

    file: str
    division: Division
    by_value: Mapping[str, Division] | None = None


class ReadFiles(beam.DoFn):
    """Sources -> batches of tf.Examples, the texts of each class, and notes."""

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
            Batches; the texts of each class; a note for every bad row, and a note with
            the number of rows. If the file cannot be read, a note with the error.
        """
        batches = Batches(source.division, source.by_value)
        rows = lines = over_lines = 0
        left_out, merged = Counter[str](), Counter[str]()
        count = readers.LineCount()
        try:
            for row in self._rows(source.file, count):
                rows += 1
                lines += row.lines
                found = row if isinstance(row, BadRow) else self._labelling.apply(row)
                if isinstance(found, BadRow):
                    yield note(bad=asdict(found))
                    continue
                if isinstance(found, LeftOut):
                    left_out[found.label] += 1
                    continue
                if found.merged:
                    merged[found.merged] += 1
                over_lines += row.lines > 1
                if full := batches.add(found):
                    yield beam.pvalue.TaggedOutput(BATCHES, full)
            count.check(source.file, lines)
        except DataError as error:
            # An exception would lose its type on the way from another process.
            yield note(fault=str(error))
        for batch in batches.rest():
            yield beam.pvalue.TaggedOutput(BATCHES, batch)
        yield beam.pvalue.TaggedOutput(_TEXTS, batches.texts)
        removed = {"left_out": left_out, "merged": merged}
        counts = {key: dict(found) for key, found in removed.items() if found}
        yield note(rows=rows, over_lines=over_lines, **counts)

    def _rows(self, file: str, count: readers.LineCount) -> Iterator[Row | BadRow]:
        needed = self._labelling.columns
        check_columns(file, readers.columns_of(file, self._layout), needed)
        return readers.read_rows(file, self._layout, needed, self._is_row, count)

    def _is_row(self, values: dict[str, str]) -> bool:
        return not isinstance(self._labelling.apply(Row("", 0, values)), BadRow)


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
        plan = {source.file: source.division for source in self._sources}
        plan |= self._sources[0].by_value or {}
        read = (
            pipeline
            | "Files" >> beam.Create(self._sources)
            | "SpreadFiles" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(ReadFiles(self._data)).with_outputs()
        )
        # At most one division has several splits. If none has, no text can move.
        division = max(plan.values(), key=lambda one: len(one.names))
        strata = read[_TEXTS] | beam.CombineGlobally(Stratify(division))
        routed = (
            read[BATCHES]
            | "SpreadRows" >> beam.Reshuffle()
            | "Route"
            >> beam.ParDo(Route(), beam.pvalue.AsSingleton(strata)).with_outputs()
        )
        notes = [read[NOTES], strata | "Small" >> beam.FlatMap(_small)]
        for split in names_of(plan):
            batches = routed[split]
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


def note(**values: object) -> beam.pvalue.TaggedOutput:
    """Makes a note, which is one line of JSON.

    Args:
        **values: `bad`, the fields of a BadRow; `fault`, why a file cannot be read;
            `rows`, how many rows were read, `over_lines`, how many good rows cover
            several lines, and by label how many were `left_out` and `merged`;
            `written`, how many rows went into `split`; `label`, the number of a class
            that has fewer different `texts` than there are splits.

    Returns:
        The line, tagged as a note.
    """
    return beam.pvalue.TaggedOutput(NOTES, json.dumps(values))


def _written(batch: list[bytes], split: str) -> str:
    return json.dumps({"written": len(batch), "split": split})


def _small(strata: Strata) -> list[str]:
    return [
        json.dumps({"label": label, "texts": texts})
        for label, texts in strata.small.items()
    ]


def _each(batch: list[bytes]) -> list[bytes]:
    return batch
