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
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from components import one_process
from newsdesk.in_order import in_order

_FILE = "transformed_examples-00000-of-00001.gz"


class Executor(executor.Executor):
    """Does what TFX's executor does, without Beam if Beam would run in this process.

    Then a function of the settings, `learner`, learns from the train split what
    `preprocessing_fn` would learn with Beam. tf.Transform traces the function for the
    graph, and not also for an analysis.
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
                settings as JSON; `splits_config`.
        """
        settings = json.loads(exec_properties["custom_config"])
        # Pipelines that older releases compiled do not have it.
        learner = settings.get("learner")
        if learner and one_process.is_one_process(self._beam_pipeline_args):
            rows = _Rows(input_dict)
            with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
                train = rows.batches("train")
                learned = pkgutil.resolve_name(learner)(train, settings, folder)
                if learned is not None:
                    function = pkgutil.resolve_name(exec_properties["preprocessing_fn"])
                    traced = functools.partial(function, custom_config=learned)
                    rows.transform(traced, output_dict, exec_properties)
                    return
        super().Do(input_dict, output_dict, exec_properties)


class Transform(component.Transform):
    """TFX's component with the executor above."""

    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)


class _Rows:
    """The rows of the input, and how they are transformed."""

    def __init__(self, input_dict: dict[str, list[types.Artifact]]) -> None:
        self._examples = artifact_utils.get_single_instance(input_dict["examples"])
        schema = artifact_utils.get_single_uri(input_dict["schema"])
        file = io_utils.get_only_uri_in_dir(schema)
        self._schema = io_utils.SchemaReader().read(file)

    def batches(self, split: str) -> Iterator[dict[str, Any]]:
        """Yields the raw features of some rows of a split, as tensors."""
        source = self._source(split)
        adapter = source.TensorAdapter()
        for batch in one_process.record_batches(source):
            yield adapter.ToBatchTensors(batch)

    def transform(
        self,
        function: Any,
        output_dict: Mapping[str, list[types.Artifact]],
        exec_properties: Mapping[str, Any],
    ) -> None:
        """Writes the graph, its metadata, and the transformed splits."""
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
            feature_specs=schema_utils.schema_as_feature_spec(
                self._schema
            ).feature_spec,
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
            dataset_metadata.DatasetMetadata(self._schema),
            os.path.join(folder, tft.TFTransformOutput.RAW_METADATA_DIR),
        )
        splits = executor_utils.ResolveSplitsConfig(
            exec_properties["splits_config"], [self._examples]
        ).transform
        written = artifact_utils.get_single_instance(
            output_dict["transformed_examples"]
        )
        written.split_names = artifact_utils.encode_split_names(list(splits))
        graph = tft.TFTransformOutput(folder)
        for split in splits:
            target = artifact_utils.get_split_uri([written], split)
            tf.io.gfile.makedirs(target)
            self._write(split, graph, os.path.join(target, _FILE))

    def _write(self, split: str, graph: tft.TFTransformOutput, file: str) -> None:
        layer = graph.transform_features_layer()
        schema = graph.transformed_metadata.schema
        converter = impl_helper.make_tensor_to_arrow_converter(schema)
        encoder = RecordBatchToExamplesEncoder(schema)
        # Compiled, because several threads call it.
        compiled = tf.function(layer, autograph=False).get_concrete_function(
            self._source(split).TensorAdapter().OriginalTypeSpecs()
        )

        def transformed(tensors: dict[str, Any]) -> list[bytes]:
            examples: list[bytes] = encoder.encode(converter.convert(compiled(tensors)))
            return examples

        with tf.io.TFRecordWriter(file, "GZIP") as writer:
            # TensorFlow cuts the texts of a batch with one thread.
            for examples in in_order(transformed, self.batches(split)):
                for example in examples:
                    writer.write(example)

    def _source(self, split: str) -> Any:
        return one_process.reader(self._examples, split, self._schema)
