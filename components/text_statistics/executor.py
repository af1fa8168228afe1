"""Counts every split in one pass."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import apache_beam as beam
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils
from tfx.utils import import_utils, path_utils

from components.text_statistics import statistics
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from pipeline import features

# A row as it is counted: its text, its label, its tokens, the unknown ones of them.
Counted = tuple[str, int, int, int | None]


class Executor(base_beam_executor.BaseBeamExecutor):
    """Raw examples -> `statistics.json`."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do.

        Args:
            input_dict: raw `examples`; `baseline`, the model in service, or none.
            output_dict: `statistics`, the folder of the file.
            exec_properties: `counter`, the dotted name of what counts tokens;
                `settings`, its argument as JSON.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        written = artifact_utils.get_single_instance(output_dict["statistics"])
        folder = Path(written.uri)
        folder.mkdir(parents=True, exist_ok=True)
        settings = json.loads(exec_properties["settings"])
        model = _served(input_dict.get("baseline") or [])
        names = artifact_utils.decode_split_names(examples.split_names)
        with self._make_beam_pipeline() as pipeline:
            for name in names:
                split = artifact_utils.get_split_uri([examples], name)
                _ = (
                    pipeline
                    | f"Read {name}"
                    >> beam.io.ReadFromTFRecord(os.path.join(split, "*"))
                    | f"Batch {name}" >> beam.BatchElements(max_batch_size=512)
                    | f"Look {name}"
                    >> beam.ParDo(_Look(exec_properties["counter"], settings, model))
                    | f"Count {name}" >> beam.CombineGlobally(_Count())
                    | f"Encode {name}"
                    >> beam.Map(lambda counted: counted.model_dump_json())
                    | f"Write {name}"
                    >> beam.io.WriteToText(
                        str(folder / f"{name}.part"),
                        shard_name_template="",
                        append_trailing_newlines=False,
                    )
                )
        splits = {}
        for name in names:
            part = folder / f"{name}.part"
            splits[name] = SplitStatistics.model_validate_json(part.read_bytes())
            part.unlink()
        counter = _counter(exec_properties["counter"], settings, model)
        found = TextStatistics(vocabulary=counter.vocabulary, splits=splits)
        (folder / statistics.FILE).write_text(found.model_dump_json())


def _counter(name: str, settings: Any, model: str | None) -> Any:
    build: Callable[..., Any] = import_utils.import_class_by_path(name)
    return build(settings, model)


def _served(models: list[types.Artifact]) -> str | None:
    """The folder of the model in service."""
    if not models:
        return None
    model = artifact_utils.get_single_instance(models)
    found: str = path_utils.serving_model_path(model.uri)
    return found


class _Look(beam.DoFn):
    """Serialized examples, a batch a time -> what is counted of each."""

    def __init__(self, counter: str, settings: Any, model: str | None) -> None:
        self._arguments = (counter, settings, model)

    def setup(self) -> None:
        self._counter = _counter(*self._arguments)

    def process(self, batch: list[bytes]) -> Iterable[Counted]:
        import tensorflow as tf

        rows = [tf.train.Example.FromString(row).features.feature for row in batch]
        texts = [row[features.TEXT].bytes_list.value[0] for row in rows]
        labels = [row[features.LABEL].int64_list.value[0] for row in rows]
        tokens, unknown = self._counter.count(texts)
        missing: list[int | None] = [None] * len(rows)
        for text, label, all_, none in zip(
            texts, labels, tokens, missing if unknown is None else unknown, strict=True
        ):
            yield text.decode("utf-8", "replace"), label, all_, none


class _Count(beam.CombineFn):
    """Rows -> SplitStatistics."""

    def create_accumulator(self) -> dict[str, Any]:
        return {
            "rows": 0,
            "labels": {},
            "empty": 0,
            "tokens": 0,
            "unknown": None,
            "sketch": {},
        }

    def add_input(self, total: dict[str, Any], row: Counted) -> dict[str, Any]:
        text, label, tokens, unknown = row
        total["rows"] += 1
        total["labels"][label] = total["labels"].get(label, 0) + 1
        total["empty"] += not text.strip()
        total["tokens"] += tokens
        if unknown is not None:
            total["unknown"] = (total["unknown"] or 0) + unknown
        hashed = statistics.text_hash(text)
        total["sketch"][hashed] = total["sketch"].get(hashed, 0) + 1
        # Seldom, because it sorts.
        if len(total["sketch"]) > 2 * statistics.SKETCH_SIZE:
            total["sketch"] = statistics.smallest(total["sketch"])
        return total

    def merge_accumulators(self, several: Iterable[dict[str, Any]]) -> dict[str, Any]:
        merged = self.create_accumulator()
        for total in several:
            for name in ("rows", "empty", "tokens"):
                merged[name] += total[name]
            if total["unknown"] is not None:
                merged["unknown"] = (merged["unknown"] or 0) + total["unknown"]
            for name in ("labels", "sketch"):
                for key, count in total[name].items():
                    merged[name][key] = merged[name].get(key, 0) + count
        return merged

    def extract_output(self, total: dict[str, Any]) -> SplitStatistics:
        kept = total | {
            "labels": dict(sorted(total["labels"].items())),
            "sketch": statistics.smallest(total["sketch"]),
        }
        return SplitStatistics(**kept)
