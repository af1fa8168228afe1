"""Counts the texts of every split in one pass, with Beam or in this process."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from pydantic import BaseModel
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils
from tfx.utils import import_utils, path_utils

from components import one_process
from components.text_statistics import conflicts, length_counts, slices, statistics
from components.text_statistics.conflicts import Conflict
from components.text_statistics.slices import Slice
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from components.text_statistics.tally import Row, Tally
from newsdesk import features


class Executor(base_beam_executor.BaseBeamExecutor):
    """Raw examples -> the files of `TextStatisticsOfSplits`."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do.

        Args:
            input_dict: raw `examples`; `baseline`, the model in service, or none.
            output_dict: `statistics`, the folder of these files.
            exec_properties: `counter`, the dotted name of the class that counts
                tokens; `settings`, the argument of its constructor as JSON;
                `slice_columns`, a JSON list of names; `scratch`, only if workers
                share no folder with this process: an address that both can use.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        written = artifact_utils.get_single_instance(output_dict["statistics"])
        folder = Path(written.uri)
        folder.mkdir(parents=True, exist_ok=True)
        settings = json.loads(exec_properties["settings"])
        model = _served(input_dict.get("baseline") or [])
        build = import_utils.import_class_by_path(exec_properties["counter"])
        counter = build(settings, model)
        # Pipelines that older releases compiled do not have it.
        columns = json.loads(exec_properties.get("slice_columns") or "[]")
        names = artifact_utils.decode_split_names(examples.split_names)
        look = _Look(counter, columns)
        count = _Count(counter.room, counter.min_rows, counter.ends)
        sources = {
            name: artifact_utils.get_split_uri([examples], name) for name in names
        }
        if one_process.is_one_process(self._beam_pipeline_args):
            counted = _counted_here(sources, look, count)
        else:
            scratch = exec_properties.get("scratch") or written.uri
            counted = self._counted_by_beam(sources, scratch, look, count)
        splits = {name: split.statistics for name, split in counted.items()}
        found = TextStatistics(
            vocabulary=counter.vocabulary,
            max_length=counter.max_length,
            splits=splits,
        )
        (folder / statistics.FILE).write_text(found.model_dump_json(), encoding="utf-8")
        examples_of = {name: split.conflicts for name, split in counted.items()}
        conflicts.write(examples_of, folder)
        slices.write({name: split.slices for name, split in counted.items()}, folder)
        lengths = {name: split.lengths for name, split in counted.items()}
        length_counts.write(lengths, folder)

    def _counted_by_beam(
        self, sources: Mapping[str, str], scratch: str, look: "_Look", count: "_Count"
    ) -> "dict[str, _Counted]":
        with self._make_beam_pipeline() as pipeline:
            for name, split in sources.items():
                _ = (
                    pipeline
                    | f"Read {name}"
                    >> beam.io.ReadFromTFRecord(os.path.join(split, "*"))
                    | f"Batch {name}" >> beam.BatchElements(max_batch_size=512)
                    | f"Look {name}" >> beam.ParDo(look)
                    | f"Count {name}" >> beam.CombineGlobally(count)
                    | f"Encode {name}"
                    >> beam.Map(lambda counted: counted.model_dump_json())
                    | f"Write {name}"
                    >> beam.io.WriteToText(
                        f"{scratch}/{name}.part",
                        shard_name_template="",
                        append_trailing_newlines=False,
                    )
                )
        parts = {name: f"{scratch}/{name}.part" for name in sources}
        counted = {}
        for name, part in parts.items():
            with FileSystems.open(part) as stream:
                counted[name] = _Counted.model_validate_json(stream.read())
        FileSystems.delete(list(parts.values()))
        return counted


def _counted_here(
    sources: Mapping[str, str], look: "_Look", count: "_Count"
) -> "dict[str, _Counted]":
    """Counts in this process, without Beam."""
    counted = {}
    for name, split in sources.items():
        tally = count.create_accumulator()
        for batch in one_process.serialized_examples(split):
            for row in look.process(batch):
                tally.add(row)
        counted[name] = count.extract_output(tally)
    return counted


class _Counted(BaseModel):
    """The counts, conflicts, slices and lengths of one split."""

    statistics: SplitStatistics
    conflicts: list[Conflict]
    slices: dict[str, Slice]
    lengths: dict[int, int]


def _served(models: list[types.Artifact]) -> str | None:
    """Returns the folder of the model in service, or None."""
    if not models:
        return None
    model = artifact_utils.get_single_instance(models)
    found: str = path_utils.serving_model_path(model.uri)
    return found


class _Look(beam.DoFn):
    """Batches of serialized examples -> Rows."""

    def __init__(self, counter: Any, columns: list[str]) -> None:
        # Pickled with its vocabulary, because workers may not have the files.
        self._counter = counter
        self._columns = columns

    def process(self, batch: list[bytes]) -> Iterable[Row]:
        import tensorflow as tf

        examples = [tf.train.Example.FromString(one).features.feature for one in batch]
        texts = [one[features.TEXT].bytes_list.value[0] for one in examples]
        labels = [one[features.LABEL].int64_list.value[0] for one in examples]
        counted = self._counter.count(texts)
        nothing = [None] * len(batch)
        for one, text, label, tokens, unknown, words, truncated in zip(
            examples,
            texts,
            labels,
            counted.tokens,
            nothing if counted.unknown is None else counted.unknown,
            nothing if counted.words is None else counted.words,
            counted.truncated,
            strict=True,
        ):
            yield Row(
                text.decode("utf-8", "replace"),
                label,
                tokens,
                unknown,
                words,
                truncated,
                [_slice(column, one) for column in self._columns if column in one],
            )


def _slice(column: str, example: Any) -> str:
    feature = example[column]
    values = feature.bytes_list.value or feature.int64_list.value or [b""]
    value = values[0]
    shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return f"{column}={shown}"


class _Count(beam.CombineFn):
    """Rows -> _Counted."""

    def __init__(self, room: int | None, min_rows: int, ends: int) -> None:
        self._arguments = (room, min_rows, ends)
        self._ends = ends

    def create_accumulator(self) -> Tally:
        return Tally()

    def add_input(self, tally: Tally, row: Row) -> Tally:
        tally.add(row)
        return tally

    def merge_accumulators(self, several: Iterable[Tally]) -> Tally:
        merged = Tally()
        for tally in several:
            merged.merge(tally)
        return merged

    def extract_output(self, tally: Tally) -> _Counted:
        return _Counted(
            statistics=tally.statistics(*self._arguments),
            conflicts=tally.conflicts(),
            slices=tally.slices(),
            lengths=tally.lengths(self._ends),
        )
