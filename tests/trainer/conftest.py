"""Tiny inputs for the trainer's tests: rows, models, a transform graph."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported
from newsdesk.config.encoders import TransformerEncoder
from newsdesk.config.model import Model
from trainer.data import transformed as data
from trainer.model import Classifier

Transform = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def make_rows() -> Callable[..., data.Rows]:
    """Builds rows from lists of token ids."""

    def make(tokens: Sequence[Sequence[int]], labels: Sequence[int]) -> data.Rows:
        return data.in_content_order(
            ids=np.array([token for row in tokens for token in row], np.int32),
            lengths=np.array([len(row) for row in tokens]),
            labels=np.array(labels, np.int32),
            keys=np.array([hash(tuple(row)) for row in tokens], np.int64),
        )

    return make


@pytest.fixture
def separable_rows(make_rows: Callable[..., data.Rows]) -> data.Rows:
    """64 rows of 1 to 20 tokens; the first token gives the class away."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 64)
    tokens = [
        [2 + label, *random.integers(6, 30, random.integers(0, 20))] for label in labels
    ]
    return make_rows(tokens, labels)


@pytest.fixture
def make_model() -> Callable[..., Classifier]:
    """Builds a two-block classifier of four classes for 30 ids and 24 places."""

    def make(dropout: float = 0.1, **encoder: Any) -> Classifier:
        import tf_keras

        tf_keras.utils.set_random_seed(3)
        config = Model(
            encoder=TransformerEncoder(
                width=8, feed_forward=16, blocks=2, dropout=dropout, **encoder
            ),
            dropout=dropout,
        )
        return Classifier(config, id_count=30, max_length=24, classes=4)

    return make


@pytest.fixture(scope="session")
def transform() -> Transform:
    """Runs preprocessing_fn over rows through tf.Transform, all of it in memory."""

    def run(
        folder: Path,
        rows: Sequence[Mapping[str, Any]],
        text: Mapping[str, Any],
        encoder: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        import apache_beam as beam
        import tensorflow as tf
        import tensorflow_transform as tft
        from tensorflow_transform import beam as tft_beam

        from trainer.preprocessing import preprocessing_fn

        metadata = tft.DatasetMetadata.from_feature_spec(
            {
                "text": tf.io.FixedLenFeature([1], tf.string),
                "label": tf.io.FixedLenFeature([1], tf.int64),
            }
        )
        found: list[dict[str, Any]] = []

        def preprocess(inputs: Mapping[str, Any]) -> dict[str, Any]:
            return preprocessing_fn(
                inputs,
                {
                    "text": dict(text),
                    "encoder": encoder or {"kind": "transformer"},
                    "fingerprint": "",
                },
            )

        columns = [{"text": [row["text"]], "label": [row["label"]]} for row in rows]
        scratch = str(folder / "scratch")
        options = beam.options.pipeline_options.PipelineOptions(
            runner="DirectRunner", direct_running_mode="in_memory"
        )
        with beam.Pipeline(options=options) as pipeline, tft_beam.Context(scratch):
            raw = pipeline | beam.Create(columns, reshuffle=False)
            (transformed, _), graph = (
                raw,
                metadata,
            ) | tft_beam.AnalyzeAndTransformDataset(preprocess)
            graph | tft_beam.WriteTransformFn(str(folder))
            metadata | tft_beam.WriteMetadata(str(folder / "metadata"), pipeline)
            (
                transformed
                | beam.Map(_encode)
                | beam.io.WriteToTFRecord(
                    str(folder / "rows"), file_name_suffix=".gz", shard_name_template=""
                )
            )
        for serial in tf.data.TFRecordDataset(str(folder / "rows.gz"), "GZIP"):
            example = tf.train.Example.FromString(serial.numpy())
            found.append(
                {
                    name: list(feature.int64_list.value)
                    for name, feature in example.features.feature.items()
                }
            )
        return found

    return run


def _encode(row: Any) -> bytes:
    import tensorflow as tf

    features = {
        name: tf.train.Feature(
            int64_list=tf.train.Int64List(value=np.ravel(value).tolist())
        )
        for name, value in row.items()
    }
    return tf.train.Example(
        features=tf.train.Features(feature=features)
    ).SerializeToString()


@pytest.fixture(scope="session")
def words_graph(
    transform: Transform, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, Any]]]:
    """A transform graph with a vocabulary of three words, and what it made."""
    folder = tmp_path_factory.mktemp("words")
    texts = ["Oil, oil FALLS!", "oil falls", "...", "oil rises in vienna", "Team-work"]
    rows = [{"text": text, "label": place % 2} for place, text in enumerate(texts)]
    text = {"vocabulary_size": 4, "max_length": 3}
    return folder, transform(folder, rows, text)
