"""Our side of benchmarks/train.py: the project's own preprocessing_fn and run_fn."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
from apache_beam.options.pipeline_options import PipelineOptions
from tensorflow_transform import beam as tft_beam

from benchmarks.race import Pace, Task, tell
from pipeline import features
from trainer import batches, train
from trainer.job import Job
from trainer.preprocessing import preprocessing_fn
from trainer.progress import Progress

_NEVER = 10**9


class Paced(Progress):
    """Stops between rounds; the loop asks once a step whether a report is due."""

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
    """Keeps the accuracy that the progress records tell."""

    accuracy = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Looks into a progress record."""
        progress = getattr(record, "progress", {})
        self.accuracy = progress.get("eval_accuracy", self.accuracy)


def main() -> None:
    """Trains as the task says."""
    listener = Listener()
    progress = logging.getLogger("newsdesk.progress")
    progress.setLevel(logging.INFO)
    progress.addHandler(listener)
    if TASK.padded:
        batches.BUCKET_WIDTH = TASK.max_length
    if not TASK.whole:
        train.Progress = Paced
    folder = Path(tempfile.mkdtemp(prefix="newsdesk-benchmark-"))
    config = _config()
    transformed = {
        split: _transform(folder / split, split, config) for split in ("train", "test")
    }
    train.run_fn(
        Job(
            train_files=[transformed["train"]],
            eval_files=[transformed["test"]],
            transform_graph_path=str(folder / "train"),
            serving_model_dir=str(folder / "model"),
            model_run_dir=str(folder / "logs"),
            custom_config=config,
        )
    )
    tell(accuracy=listener.accuracy)


def _config() -> dict[str, Any]:
    return {
        "text": {"tokenizer": "encoder", "max_length": TASK.max_length},
        "model": {"encoder": {"kind": "checkpoint", "path": TASK.weights}},
        "optimizer": {
            "learning_rate": TASK.learning_rate,
            "warmup_ratio": TASK.warmup,
            "lazy_embeddings": True,
        },
        "train": {
            # Paced, it trains until nobody asks for another round.
            "epochs": 1 if TASK.whole else 100,
            "batch_size": TASK.batch_size,
            "precision": "bfloat16",
            "checkpoint_steps": _NEVER,
            "seed": TASK.seed,
        },
        "labels": ["World", "Sports", "Business", "Sci/Tech"],
        "text_columns": ["title", "description"],
        "fingerprint": "",
    }


def _transform(folder: Path, split: str, config: dict[str, Any]) -> str:
    """Writes transform graph and token ids, as Transform does; tells the file."""
    texts, labels = TASK.rows(split)
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
    rows = [
        {features.TEXT: [text.encode()], features.LABEL: [label]}
        for text, label in zip(texts, labels, strict=True)
    ]
    options = PipelineOptions(runner="DirectRunner", direct_running_mode="in_memory")
    with (
        beam.Pipeline(options=options) as pipeline,
        tft_beam.Context(str(folder / "scratch")),
    ):
        raw = pipeline | beam.Create(rows)
        (transformed, _), graph = (
            raw,
            metadata,
        ) | tft_beam.AnalyzeAndTransformDataset(
            lambda inputs: preprocessing_fn(inputs, settings)
        )
        graph | tft_beam.WriteTransformFn(str(folder))
        (
            transformed
            | beam.Map(_encode)
            | beam.io.WriteToTFRecord(
                str(folder / "rows"), file_name_suffix=".gz", shard_name_template=""
            )
        )
    return str(folder / "rows.gz")


def _encode(row: Any) -> bytes:
    feature = {
        name: tf.train.Feature(
            int64_list=tf.train.Int64List(value=tf.reshape(value, [-1]).numpy())
        )
        for name, value in row.items()
    }
    return tf.train.Example(
        features=tf.train.Features(feature=feature)
    ).SerializeToString()


if __name__ == "__main__":
    TASK = Task.from_command_line()
    main()
