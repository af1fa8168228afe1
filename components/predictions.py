"""The node that writes the candidate's predictions for the tested split.

It writes them once, for every node that needs them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from newsdesk import features
from newsdesk.inspection import trial

FILE = "predictions.parquet"
# Rows per batch: quick enough, and rows of 512 tokens fit in memory. The publisher
# repeats the first batch, so that padding and rounding are the same.
BATCH = 64


class RowPredictions(types.Artifact):
    """One Parquet file with a row for every row of the tested split.

    Its columns are `text`, `label` (the number of the true class), `predicted` (the
    number of the likeliest class) and `probabilities` (float32, one for each class).
    """

    TYPE_NAME = "components.RowPredictions"


class PredictionsSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "split": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {"predictions": component_spec.ChannelParameter(type=RowPredictions)}


class Executor(base_executor.BaseExecutor):
    """Calls the exported signature batch by batch."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the predictions.

        Args:
            input_dict: raw `examples`, and `model`.
            output_dict: `predictions`, the folder of the file.
            exec_properties: `split`, the name of the tested split.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        examples = artifact_utils.get_single_instance(input_dict["examples"])
        model = artifact_utils.get_single_instance(input_dict["model"])
        written = artifact_utils.get_single_instance(output_dict["predictions"])
        folder = Path(written.uri)
        folder.mkdir(parents=True, exist_ok=True)
        schema = pa.schema(
            {
                "text": pa.string(),
                "label": pa.int64(),
                "predicted": pa.int64(),
                "probabilities": pa.list_(pa.float32()),
            }
        )
        files = _files(examples, exec_properties["split"])
        exported = path_utils.serving_model_path(
            model.uri, path_utils.is_old_model_artifact(model)
        )
        with pq.ParquetWriter(folder / FILE, schema) as writer:
            for columns in _predicted(exported, files):
                writer.write_batch(pa.RecordBatch.from_pydict(columns, schema))


class Predictions(base_component.BaseComponent):
    """Writes the predictions that later nodes share."""

    SPEC_CLASS = PredictionsSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        split: str,
        fingerprint: str,
    ) -> None:
        """Declares the node.

        Args:
            examples: raw examples.
            model: the candidate.
            split: the name of the tested split.
            fingerprint: a digest of the code that this node runs.
        """
        super().__init__(
            spec=PredictionsSpec(
                examples=examples,
                model=model,
                split=split,
                fingerprint=fingerprint,
                predictions=types.Channel(type=RowPredictions),
            )
        )


def _files(examples: types.Artifact, split: str) -> list[str]:
    """Lists the files of a split, always in the same order."""
    folder = artifact_utils.get_split_uri([examples], split)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def _predicted(model: str, files: list[str]) -> Iterator[dict[str, Any]]:
    import tensorflow as tf
    import tensorflow_text  # noqa: F401  registers operations of the model

    # A call in this process that never ends could not be stopped, so try it in another.
    trial.check(Path(model))
    loaded = tf.saved_model.load(model)
    answer = loaded.signatures[features.SERVING_EXAMPLES]
    spec = {
        features.TEXT: tf.io.FixedLenFeature([], tf.string),
        features.LABEL: tf.io.FixedLenFeature([], tf.int64),
    }
    for batch in tf.data.TFRecordDataset(files, "GZIP").batch(BATCH):
        rows = tf.io.parse_example(batch, spec)
        probabilities = answer(batch)[features.PROBABILITIES].numpy()
        yield {
            "text": [text.decode("utf-8") for text in rows[features.TEXT].numpy()],
            "label": rows[features.LABEL].numpy(),
            "predicted": probabilities.argmax(1),
            "probabilities": list(probabilities),
        }
