"""The node that turns rows into token ids."""

import functools
import json
import os
import pkgutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import annotators, impl_helper
from tensorflow_transform.tf_metadata import (
    dataset_metadata,
    metadata_io,
    schema_utils,
)
from tfx import types
from tfx.components.transform import component, executor, executor_utils
from tfx.dsl.components.base import executor_spec
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components import one_process
from components.transform_passes import Graph, Passes
from newsdesk.in_order import in_order

_FILE = "transformed_examples-00000-of-00001.gz"
# zlib's own level takes five times as long, and makes files a seventh smaller.
_PACKED = tf.io.TFRecordOptions("GZIP", compression_level=1)


class Executor(executor.Executor):
    """Does what TFX's executor does, without Beam if Beam would run in this process.

    Then a function of the settings, `learner`, learns from the train split what
    `preprocessing_fn` would learn with Beam. tf.Transform traces the function for the
    graph, and not also for an analysis. If workers share only an object store with this
    process, `learner_on_workers` learns, and other passes transform the rows.
    """

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides BaseExecutor.Do.

        Args:
            input_dict: raw `examples` and their `schema`.
            output_dict: `transform_graph`, and `transformed_examples` with a folder for
                each split that the trainer reads.
            exec_properties: `preprocessing_fn`, a dotted name; `custom_config`, its
                settings as JSON; `splits_config`; `scratch`, only if workers share no
                folder with this process: an address that both can use.
        """
        settings = json.loads(exec_properties["custom_config"])
        if scratch := exec_properties.get("scratch"):
            self._on_workers(input_dict, output_dict, exec_properties, scratch)
            return
        # Pipelines that older releases compiled do not have it.
        learner = settings.get("learner")
        if learner and one_process.is_one_process(self._beam_pipeline_args):
            rows = _Rows(input_dict)
            with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
                train = rows.batches("train")
                learned = pkgutil.resolve_name(learner)(train, settings, folder)
                if learned is not None:
                    graph = rows.trace(learned, output_dict, exec_properties)
                    targets = rows.targets(output_dict, exec_properties)
                    rows.transform(graph, targets)
                    return
        super().Do(input_dict, output_dict, exec_properties)

    def _on_workers(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
        scratch: str,
    ) -> None:
        settings = json.loads(exec_properties["custom_config"])
        rows = _Rows(input_dict)
        passes = Passes(self._make_beam_pipeline, rows.examples, rows.schema, scratch)
        learner = pkgutil.resolve_name(settings["learner_on_workers"])
        with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
            learned = learner(passes.most_frequent, settings, folder)
            graph = rows.trace(learned, output_dict, exec_properties)
        targets = rows.targets(output_dict, exec_properties)
        passes.transform(graph, targets)


class Transform(component.Transform):
    """TFX's component with the executor above."""

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)


class _Rows:
    """The rows of the input, and how they are transformed."""

    def __init__(self, input_dict: dict[str, list[types.Artifact]]) -> None:
        self.examples = artifact_utils.get_single_instance(input_dict["examples"])
        schema = artifact_utils.get_single_uri(input_dict["schema"])
        file = io_utils.get_only_uri_in_dir(schema)
        self.schema = io_utils.SchemaReader().read(file)

    def batches(self, split: str) -> Iterator[dict[str, Any]]:
        """Yields the raw features of some rows of a split, as tensors."""
        source = self._source(split)
        adapter = source.TensorAdapter()
        for batch in one_process.record_batches(source):
            yield adapter.ToBatchTensors(batch)

    def trace(
        self,
        learned: Mapping[str, Any],
        output_dict: Mapping[str, list[types.Artifact]],
        exec_properties: Mapping[str, Any],
    ) -> str:
        """Writes the graph and its metadata; returns their folder."""
        function = functools.partial(
            pkgutil.resolve_name(exec_properties["preprocessing_fn"]),
            custom_config=learned,
        )
        folder = artifact_utils.get_single_uri(output_dict["transform_graph"])
        assets: dict[str, str] = {}

        def traced(inputs: Any) -> Any:
            outputs = function(inputs)
            graph = tf.compat.v1.get_default_graph()
            assets.update(annotators.get_asset_annotations(graph))
            return outputs

        impl_helper.analyze_in_place(
            traced,
            force_tf_compat_v1=False,
            feature_specs=schema_utils.schema_as_feature_spec(self.schema).feature_spec,
            type_specs=self._source("train").TensorAdapter().OriginalTypeSpecs(),
            transform_output_path=folder,
        )
        # tf.Transform writes it with Beam only.
        names = Path(
            folder,
            tft.TFTransformOutput.TRANSFORMED_METADATA_DIR,
            tft.TFTransformOutput.ASSET_MAP,
        )
        names.write_text(json.dumps(assets), encoding="utf-8")
        metadata_io.write_metadata(
            dataset_metadata.DatasetMetadata(self.schema),
            os.path.join(folder, tft.TFTransformOutput.RAW_METADATA_DIR),
        )
        return str(folder)

    def targets(
        self,
        output_dict: Mapping[str, list[types.Artifact]],
        exec_properties: Mapping[str, Any],
    ) -> dict[str, str]:
        """Returns the folder of each split that is transformed."""
        splits = executor_utils.ResolveSplitsConfig(
            exec_properties["splits_config"], [self.examples]
        ).transform
        written = artifact_utils.get_single_instance(
            output_dict["transformed_examples"]
        )
        written.split_names = artifact_utils.encode_split_names(list(splits))
        return {
            split: artifact_utils.get_split_uri([written], split) for split in splits
        }

    def transform(self, folder: str, targets: Mapping[str, str]) -> None:
        """Writes the transformed rows of splits, with the graph in a folder."""
        # Loaded and traced once for all splits.
        types_of = self._source("train").TensorAdapter().OriginalTypeSpecs()
        graph = Graph(folder, types_of)
        for split, target in targets.items():
            tf.io.gfile.makedirs(target)
            with tf.io.TFRecordWriter(os.path.join(target, _FILE), _PACKED) as writer:
                # TensorFlow cuts the texts of a batch with one thread.
                for examples in in_order(graph.transformed, self.batches(split)):
                    for example in examples:
                        writer.write(example)

    def _source(self, split: str) -> Any:
        return one_process.reader(self.examples, split, self.schema)
