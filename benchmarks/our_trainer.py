"""Our side of benchmarks/train.py: the project's own preprocessing_fn and run_fn."""

import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest import mock

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
from apache_beam.options.pipeline_options import PipelineOptions
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import metadata_io

from benchmarks.race import Pace, Task, report
from benchmarks.table import ROOT
from newsdesk import features
from newsdesk.config.load import load
from trainer.data import transformed
from trainer.preprocessing import preprocessing_fn
from trainer.training import train
from trainer.training.job import Job
from trainer.training.progress import Progress

_NEVER = 10**9
_ROWS_TOGETHER = 1024


class Paced(Progress):
    """Waits between rounds; the loop reads `due` once per step."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self._pace = Pace()
        self._pace.before_training()

    @property
    def due(self) -> bool:
        """Counts a step."""
        self._pace.after_step(TASK.batch_size)
        return False


class Listener(logging.Handler):
    """Keeps the accuracy from the progress records."""

    accuracy = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Reads a progress record."""
        progress = getattr(record, "progress", {})
        self.accuracy = progress.get("eval_accuracy", self.accuracy)


def main() -> None:
    """Trains as the task says."""
    listener = Listener()
    progress = logging.getLogger("newsdesk.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(listener)
    if TASK.way != "ours":
        mock.patch.object(transformed, "BUCKET_WIDTH", TASK.max_length).start()
    if not TASK.whole:
        mock.patch.object(train, "Progress", Paced).start()
    folder = Path(tempfile.mkdtemp(prefix="newsdesk-benchmark-"))
    config = custom_config()
    write_graph(folder, config)
    train.run_fn(
        Job(
            train_files=[_write_rows(folder, "train")],
            eval_files=[_write_rows(folder, "test")],
            transform_graph_path=str(folder),
            serving_model_dir=str(folder / "model"),
            model_run_dir=str(folder / "logs"),
            custom_config=config,
        )
    )
    report(accuracy=listener.accuracy)


def custom_config() -> dict[str, Any]:
    """The Trainer's custom_config, as a shipped configuration has it."""
    preset = "ag_news_checkpoint"
    settings = ["train.precision=auto", f"model.encoder.path={TASK.weights}"]
    if TASK.way == "examples":
        # TFX's examples of BERT call a SavedModel of the hub, in float32.
        preset = "ag_news_bert"
        settings = [
            "train.precision=float32",
            f"model.encoder.path={TASK.hub}/encoder",
            f"model.encoder.preprocess={TASK.hub}/preprocess",
        ]
    sections = load(
        ROOT / "pipeline" / "configs" / f"{preset}.toml",
        [
            f"text.max_length={TASK.max_length}",
            f"optimizer.learning_rate={TASK.learning_rate}",
            f"optimizer.warmup_ratio={TASK.warmup}",
            # In rounds, it trains until no other round is requested.
            f"train.epochs={1 if TASK.whole else 100}",
            f"train.batch_size={TASK.batch_size}",
            # The competitors save no checkpoints.
            f"train.checkpoint_steps={_NEVER}",
            f"train.seed={TASK.seed}",
            *settings,
        ],
    ).model_dump(mode="json")
    chosen = {name: sections[name] for name in ("text", "model", "optimizer", "train")}
    columns = {name: sections["data"][name] for name in ("labels", "text_columns")}
    return chosen | columns | {"fingerprint": ""}


def write_graph(folder: Path, config: dict[str, Any]) -> None:
    """Writes the transform graph; for word pieces, it needs no data."""
    metadata = tft.DatasetMetadata.from_feature_spec(
        {
            features.TEXT: tf.io.FixedLenFeature([1], tf.string),
            features.LABEL: tf.io.FixedLenFeature([1], tf.int64),
        }
    )
    settings = {
        "text": config["text"],
        "encoder": config["model"]["encoder"],
        "fingerprint": "",
    }
    options = PipelineOptions(
        [], runner="DirectRunner", direct_running_mode="in_memory"
    )
    # The exported model reads it to know what raw examples look like.
    metadata_io.write_metadata(metadata, str(folder / "metadata"))
    with (
        beam.Pipeline(options=options) as pipeline,
        tft_beam.Context(str(folder / "scratch")),
    ):
        rows = pipeline | beam.Create([{features.TEXT: [b"x"], features.LABEL: [0]}])
        graph = (rows, metadata) | tft_beam.AnalyzeDataset(
            lambda inputs: preprocessing_fn(inputs, settings)
        )
        graph | tft_beam.WriteTransformFn(str(folder))


def _write_rows(folder: Path, split: str) -> str:
    """Writes token ids, and returns the file."""
    texts, labels = TASK.rows(split)
    transform = tft.TFTransformOutput(str(folder)).transform_features_layer()
    path = str(folder / f"{split}.gz")
    with tf.io.TFRecordWriter(path, "GZIP") as writer:
        for first in range(0, len(texts), _ROWS_TOGETHER):
            some = slice(first, first + _ROWS_TOGETHER)
            columns = transform(
                {
                    features.TEXT: tf.constant(texts[some])[:, None],
                    features.LABEL: tf.constant(labels[some], tf.int64)[:, None],
                }
            )
            for row in zip(*map(_values, columns.values()), strict=True):
                writer.write(_example(columns.keys(), row))
    return path


def _values(column: Any) -> list[list[int]]:
    """The numbers of each row of a dense or sparse column."""
    if isinstance(column, tf.SparseTensor):
        return list(tf.RaggedTensor.from_sparse(column).to_list())
    return list(tf.reshape(column, [-1, 1]).numpy().tolist())


def _example(names: Iterable[str], row: Iterable[list[int]]) -> bytes:
    feature = {
        name: tf.train.Feature(int64_list=tf.train.Int64List(value=values))
        for name, values in zip(names, row, strict=True)
    }
    whole = tf.train.Example(features=tf.train.Features(feature=feature))
    return bytes(whole.SerializeToString())


if __name__ == "__main__":
    TASK = Task.from_command_line()
    main()
