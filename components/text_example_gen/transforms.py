"""The Beam transforms between files and tf.Examples."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import apache_beam as beam

from components.text_example_gen.batches import Batches
from components.text_example_gen.class_texts import ClassTexts
from components.text_example_gen.remote import is_remote
from components.text_example_gen.routing import Route, Stratify
from components.text_example_gen.row_reader import RowReader, Source
from components.text_example_gen.shards import Shards
from components.text_example_gen.splits import Division, names_of
from components.text_example_gen.strata import Strata, Texts
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import cuts, readers
from newsdesk.rows.labelling import Labelled, LeftOut
from newsdesk.rows.row import BadRow, Row

NOTES = "notes"
BATCHES = "batches"
_PARTS = "parts"
# How often the texts of a source are checked, in rows.
_CHECKED_EVERY = 1000


class CutFiles(beam.DoFn):
    """Sources -> sources that are parts of large files."""

    def __init__(self, data: Data) -> None:
        """Keeps the settings that workers need.

        Args:
            data: the data section.
        """
        self._reader = RowReader(data)

    def process(self, source: Source) -> Iterator[Any]:
        """Cuts one file.

        Args:
            source: the file.

        Yields:
            Its parts, or the file; a note if a large file has no parts. Objects of a
            store are not cut, because each worker would copy the whole object.
        """
        if is_remote(source.file):
            yield source
            return
        needed, is_row = self._reader.labelling.columns, self._reader.is_row
        found = cuts.cut(source.file, self._reader.layout, needed, is_row)
        if found.reason:
            yield note(whole=source.file, because=found.reason)
        if not found.parts:
            yield source
        for part in found.parts:
            yield replace(source, part=part)


class CollectTexts(beam.DoFn):
    """Sources -> the texts of each class, as far as they can move."""

    def __init__(self, data: Data) -> None:
        """Keeps the settings that workers need.

        Args:
            data: the data section.
        """
        self._reader = RowReader(data)

    def process(self, source: Source) -> Iterator[dict[int, Texts]]:
        """Reads one source until every class has enough texts in each split.

        Args:
            source: the file, or a part of it.

        Yields:
            The texts of each class.
        """
        labelling = self._reader.labelling
        classes = len(labelling.classes or labelling.labels)
        found = ClassTexts(source.division, source.by_value)
        # The worker that makes batches of the rows reports the error.
        with contextlib.suppress(DataError):
            rows = self._reader.rows(source) if found.can_move else iter(())
            for number, row in enumerate(rows, 1):
                if isinstance(row, Row):
                    labelled = labelling.apply(row)
                    if isinstance(labelled, Labelled):
                        found.add(labelled)
                if number % _CHECKED_EVERY == 0 and found.suffice(classes):
                    break
        yield dict(found.texts)


class ReadFiles(beam.DoFn):
    """Sources -> batches of tf.Examples, and notes."""

    def __init__(self, data: Data) -> None:
        """Keeps the settings that workers need.

        Args:
            data: the data section.
        """
        self._reader = RowReader(data)

    def process(self, source: Source) -> Iterator[beam.pvalue.TaggedOutput]:
        """Reads one source.

        Args:
            source: the file, or a part of it.

        Yields:
            Batches; a note for every bad row, and a note with the number of rows. If
            the file cannot be read, a note with the error.
        """
        labelling = self._reader.labelling
        batches = Batches(source.division, source.by_value)
        rows = lines = over_lines = 0
        left_out, merged = Counter[str](), Counter[str]()
        count = readers.LineCount()
        try:
            for row in self._reader.rows(source, count):
                rows += 1
                lines += row.lines
                found = row if isinstance(row, BadRow) else labelling.apply(row)
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
            first = source.part.first if source.part else 1
            yield note(fault=str(error), file=source.file, first=first)
        for batch in batches.rest():
            yield beam.pvalue.TaggedOutput(BATCHES, batch)
        removed = {"left_out": left_out, "merged": merged}
        counts = {key: dict(found) for key, found in removed.items() if found}
        yield note(rows=rows, over_lines=over_lines, **counts)


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
        plan = planned(self._sources)
        cut = (
            pipeline
            | "Files" >> beam.Create(self._sources)
            | "SpreadFiles" >> beam.Reshuffle()
            | "Cut" >> beam.ParDo(CutFiles(self._data)).with_outputs(NOTES, main=_PARTS)
        )
        strata = (
            cut[_PARTS]
            | "SpreadTexts" >> beam.Reshuffle()
            | "Texts" >> beam.ParDo(CollectTexts(self._data))
            | beam.CombineGlobally(Stratify(dividing(plan)))
        )
        # Rows must not wait for the texts, because runners hold waiting rows in memory.
        # With a shuffle of its own, reading begins after all texts are known, and Beam
        # fuses it with writing.
        read = (
            cut[_PARTS]
            | "SpreadParts" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(ReadFiles(self._data)).with_outputs()
        )
        routed = (
            read[BATCHES]
            | "Route"
            >> beam.ParDo(Route(), beam.pvalue.AsSingleton(strata)).with_outputs()
        )
        notes = [cut[NOTES], read[NOTES], strata | "Small" >> beam.FlatMap(small)]
        for split in names_of(plan):
            batches = routed[split]
            # Counted again where they are written, so the report notices lost rows.
            notes.append(batches | f"Count[{split}]" >> beam.Map(written, split))
            _ = batches | f"Write[{split}]" >> beam.io.Write(
                Shards(self._prefixes[split])
            )
        return notes | beam.Flatten() | beam.io.WriteToText(self._notes)


def note(**values: object) -> beam.pvalue.TaggedOutput:
    """Makes a note, which is one line of JSON.

    Args:
        **values: `bad`, the fields of a BadRow; `fault`, why a `file` cannot be read
            from the row `first`; `whole`, a large file that cannot be cut, with
            `because`, the reason; `rows`, how many rows were read, `over_lines`, how
            many good rows cover several lines, and by label how many were `left_out`
            and `merged`; `written`, how many rows went into `split`; `label`, the
            number of a class that has fewer different `texts` than there are splits.

    Returns:
        The line, tagged as a note.
    """
    return beam.pvalue.TaggedOutput(NOTES, json.dumps(values))


def planned(sources: list[Source]) -> dict[str, Division]:
    """Collects how the rows of some files are divided, by file or by split."""
    plan = {source.file: source.division for source in sources}
    return plan | dict(sources[0].by_value or {})


def dividing(plan: Mapping[str, Division]) -> Division:
    """Returns the division with the most splits.

    At most one has several. If none has, no text can move.
    """
    return max(plan.values(), key=lambda one: len(one.names))


def written(batch: list[bytes], split: str) -> str:
    """Makes the line of a note about rows that are written into a split."""
    return json.dumps({"written": len(batch), "split": split})


def small(strata: Strata) -> list[str]:
    """Makes the lines of notes about classes with fewer texts than splits."""
    return [
        json.dumps({"label": label, "texts": texts})
        for label, texts in strata.small.items()
    ]
