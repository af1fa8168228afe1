"""Beam passes of Transform whose workers share only an object store with the node.

tf.Transform has such passes too, but writes its graph with `tf.io.gfile`, which does
not know s3://.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
from apache_beam.io.filesystems import FileSystems
from apache_beam.utils.shared import Shared
from tensorflow_transform import impl_helper
from tfx import types
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder
from tfx_bsl.tfxio.tensor_adapter import TensorAdapter

from components import one_process, packed_folder

_FILES = "transformed_examples"
Tensors = Mapping[str, Any]


class Graph:
    """Transforms batches of rows; several threads may use it."""

    def __init__(self, folder: str, type_specs: Mapping[str, Any]) -> None:
        """Loads the graph.

        Args:
            folder: of the transform graph.
            type_specs: the types of the raw features.
        """
        output = tft.TFTransformOutput(folder)
        schema = output.transformed_metadata.schema
        self._converter = impl_helper.make_tensor_to_arrow_converter(schema)
        self._encoder = RecordBatchToExamplesEncoder(schema)
        # Compiled, because several threads call it.
        self._compiled = tf.function(
            output.transform_features_layer(), autograph=False
        ).get_concrete_function(type_specs)

    def transformed(self, tensors: Tensors) -> list[bytes]:
        """Transforms some rows.

        Args:
            tensors: their raw features.

        Returns:
            Serialized tf.Examples.
        """
        batch = self._converter.convert(self._compiled(tensors))
        examples: list[bytes] = self._encoder.encode(batch)
        return examples


class Passes:
    """Passes over raw examples.

    Args:
        make_pipeline: makes a Beam pipeline.
        examples: the rows, at an address that workers can read.
        schema: their schema.
        scratch: an address that workers can read and write.
    """

    def __init__(
        self,
        make_pipeline: Callable[[], beam.Pipeline],
        examples: types.Artifact,
        schema: Any,
        scratch: str,
    ) -> None:
        self._make_pipeline = make_pipeline
        self._examples = examples
        self._schema = schema
        self._scratch = scratch

    def most_frequent(
        self,
        counted: Callable[[Tensors], Mapping[bytes, int]],
        min_count: int,
        size: int,
    ) -> list[bytes]:
        """Adds up counts of the train split.

        Args:
            counted: counts the words of a batch of rows; words have no line ends.
            min_count: the smallest count of a word that is returned.
            size: the largest number of words.

        Returns:
            The words with the largest counts, the largest first; of words with equal
            counts, the last in the order of their bytes first.
        """
        file = f"{self._scratch}/words"
        with self._make_pipeline() as pipeline:
            _ = (
                self._tensors(pipeline, "train", _Counted(counted))
                | "AddUp" >> beam.CombinePerKey(sum)
                | "Frequent" >> beam.Filter(_is_frequent, min_count)
                | "CountFirst" >> beam.KvSwap()
                | "Largest" >> beam.combiners.Top.Largest(size)
                | "Lines" >> beam.Map(_lines)
                | "WriteWords"
                >> beam.io.WriteToText(
                    file,
                    shard_name_template="",
                    append_trailing_newlines=False,
                    coder=beam.coders.BytesCoder(),
                )
            )
        with FileSystems.open(file) as stream:
            words: list[bytes] = stream.read().splitlines()
        return words

    def transform(self, folder: str, targets: Mapping[str, str]) -> None:
        """Transforms the rows of splits.

        Args:
            folder: of the transform graph, on this machine.
            targets: for each split, the address of its folder.
        """
        # Workers read it from the store, because runners limit the size of a function.
        file = f"{self._scratch}/graph.zip"
        packed_folder.pack(folder, file)
        with self._make_pipeline() as pipeline:
            for split, target in targets.items():
                _ = self._tensors(
                    pipeline, split, _Transformed(file)
                ) | f"Write {split}" >> beam.io.WriteToTFRecord(
                    os.path.join(target, _FILES), file_name_suffix=".gz"
                )

    def _tensors(
        self, pipeline: beam.Pipeline, split: str, of_batch: "_OfBatch"
    ) -> beam.PCollection:
        source = one_process.reader(self._examples, split, self._schema)
        of_batch.source = source.TensorAdapterConfig()
        rows = source.BeamSource(one_process.ROWS_PER_BATCH)
        return (
            pipeline
            | f"Read {split}" >> rows
            | f"{type(of_batch).__name__} {split}" >> beam.ParDo(of_batch)
        )


class _OfBatch(beam.DoFn):
    """Arrow record batches -> what a subclass makes of their tensors."""

    source: Any

    def process(self, batch: Any) -> Iterable[Any]:
        # Made here, because it cannot be pickled.
        return self.of(TensorAdapter(self.source).ToBatchTensors(batch))

    def of(self, tensors: Tensors) -> Iterable[Any]:
        raise NotImplementedError


class _Counted(_OfBatch):
    """Batches -> words with their counts."""

    def __init__(self, counted: Callable[[Tensors], Mapping[bytes, int]]) -> None:
        self._counted = counted

    def of(self, tensors: Tensors) -> Iterable[tuple[bytes, int]]:
        return self._counted(tensors).items()


class _Transformed(_OfBatch):
    """Batches -> transformed rows."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._shared = Shared()

    def setup(self) -> None:
        # One for all threads of the worker.
        self._graph = self._shared.acquire(self._load)

    def of(self, tensors: Tensors) -> Iterable[bytes]:
        return self._graph.transformed(tensors)

    def _load(self) -> Graph:
        types_of = TensorAdapter(self.source).OriginalTypeSpecs()
        with packed_folder.unpacked(self._file) as folder:
            # Loading also reads the vocabulary.
            return Graph(folder, types_of)


def _is_frequent(item: tuple[bytes, int], min_count: int) -> bool:
    return item[1] >= min_count


def _lines(items: list[tuple[int, bytes]]) -> bytes:
    return b"\n".join(word for _, word in items)
