"""Writes generated rows, or trains on them: one process of `benchmarks.growth`.

python -m benchmarks.growth_child write|train FOLDER ROWS EVAL_ROWS TOKENS
"""

import json
import sys
import time
from pathlib import Path

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split
import numpy as np
import tensorflow as tf

from newsdesk import features
from trainer.training import step
from trainer.training.job import Job
from trainer.training.memory import peak_memory

_WORDS = [f"word{number}" for number in range(900)]
_CLASSES = 4


def write(folder: Path, rows: dict[str, int], tokens: int) -> None:
    """Writes a transform graph and splits of random rows.

    Args:
        folder: receives the files.
        rows: the number of rows of each split.
        tokens: the number of tokens of each row.
    """
    _write_graph(folder)
    random = np.random.default_rng(0)
    for split, count in rows.items():
        with tf.io.TFRecordWriter(str(folder / f"{split}.gz"), "GZIP") as writer:
            for label in random.integers(0, _CLASSES, count).tolist():
                ids = random.integers(2, len(_WORDS), tokens)
                key = int(random.integers(0, 2**62))
                writer.write(_example([2 + label, *ids.tolist()[1:]], label, key))


def _write_graph(folder: Path) -> None:
    import apache_beam as beam
    import tensorflow_transform as tft
    from apache_beam.options.pipeline_options import PipelineOptions
    from tensorflow_transform import beam as tft_beam
    from tensorflow_transform.tf_metadata import metadata_io

    from trainer.preprocessing import preprocessing_fn

    metadata = tft.DatasetMetadata.from_feature_spec(
        {
            features.TEXT: tf.io.FixedLenFeature([1], tf.string),
            features.LABEL: tf.io.FixedLenFeature([1], tf.int64),
        }
    )
    settings = {
        "text": {"vocabulary_size": 1000, "min_frequency": 1},
        "encoder": {"kind": "transformer"},
        "fingerprint": "",
    }
    options = PipelineOptions(
        [], runner="DirectRunner", direct_running_mode="in_memory"
    )
    metadata_io.write_metadata(metadata, str(folder / "metadata"))
    with (
        beam.Pipeline(options=options) as pipeline,
        tft_beam.Context(str(folder / "scratch")),
    ):
        texts = [{features.TEXT: [word], features.LABEL: [0]} for word in _WORDS]
        graph = (pipeline | beam.Create(texts), metadata) | tft_beam.AnalyzeDataset(
            lambda inputs: preprocessing_fn(inputs, settings)
        )
        graph | tft_beam.WriteTransformFn(str(folder))


def _example(ids: list[int], label: int, key: int) -> bytes:
    numbers = {
        features.INPUT_IDS: ids,
        features.TOKEN_COUNT: [len(ids)],
        features.UNKNOWN_COUNT: [0],
        features.TRUNCATED: [0],
        features.TEXT_KEY: [key],
        features.LABEL: [label],
    }
    example = tf.train.Example()
    for name, values in numbers.items():
        example.features.feature[name].int64_list.value.extend(values)
    return bytes(example.SerializeToString())


def run(folder: Path) -> dict[str, float]:
    """Trains as `job.json` says.

    Args:
        folder: has the job and the files that `write` wrote.

    Returns:
        `peak`, in bytes, and `seconds` to the first step.
    """
    from trainer.training.train import run_fn

    began = time.monotonic()
    steps: list[float] = []
    make_step = step.Compiled.step

    def timed(self: step.Compiled, *args: object) -> tf.Tensor:
        steps.append(time.monotonic())
        return make_step(self, *args)

    step.Compiled.step = timed  # type: ignore[method-assign,assignment]
    run_fn(Job.read(folder / "job.json"))
    return {"peak": peak_memory(), "seconds": steps[0] - began}


if __name__ == "__main__":
    numbers = list(map(int, sys.argv[3:]))
    if sys.argv[1] == "write":
        write(Path(sys.argv[2]), {"train": numbers[0], "eval": numbers[1]}, numbers[2])
    else:
        print(json.dumps(run(Path(sys.argv[2]))))
