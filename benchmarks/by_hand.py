"""The script that a user would write instead of the pipeline, to compare the seconds.

    python -m benchmarks.by_hand --data DATA --to FOLDER

It does the same work: it reads the CSV files, leaves out rows that cannot be used, puts
a tenth aside, learns a vocabulary, trains the transformer of ag_news_transformer.toml,
tests it, and saves a SavedModel that takes strings and returns label names. It uses
TensorFlow and Keras, because this SavedModel serves the same clients as the one that
Newsdesk pushes; PyTorch has no such file. It has no statistics, no gate, no comparison
with the model in service, and it asks the saved model about two texts only.
"""

import argparse
import csv
import json
import os
import random
import time
from pathlib import Path
from typing import Any

# Keras 3, as a user gets it today; our trainer chooses Keras 2 in its own process.
os.environ.pop("TF_USE_LEGACY_KERAS", None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

LABELS = ["World", "Sports", "Business", "Sci/Tech"]
BATCH, LENGTH, WORDS, WIDTH, HEADS, SEED = 64, 256, 20_000, 32, 2, 42
BOUNDARIES = [8, 16, 24, 32, 40, 48, 64, 96, 128]


class Embedding(layers.Layer):
    """Adds token and position embeddings; padding has the id 0."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = layers.Embedding(WORDS, WIDTH)
        self.positions = layers.Embedding(LENGTH, WIDTH)

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Embeds int64 [batch, length] as float32 [batch, length, width]."""
        return self.tokens(ids) + self.positions(tf.range(tf.shape(ids)[1]))


class Mean(layers.Layer):
    """Averages hidden states over the tokens that are not padding."""

    def call(self, hidden: tf.Tensor, ids: tf.Tensor) -> tf.Tensor:
        """Averages float32 [batch, length, width] to float32 [batch, width]."""
        weights = tf.cast(ids != 0, tf.float32)[:, :, None]
        return tf.reduce_sum(hidden * weights, 1) / tf.reduce_sum(weights, 1)


def read(path: Path) -> tuple[list[str], list[int]]:
    """Reads the rows that can be used, as texts and labels."""
    texts, labels, bad = [], [], 0
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            text = f"{row['title']} {row['description']}".strip()
            if not text or row["label"] not in {"0", "1", "2", "3"}:
                bad += 1
                continue
            texts.append(text)
            labels.append(int(row["label"]))
    print(f"{path}: {len(texts)} rows, {bad} left out")
    return texts, labels


def batches(ids: tf.RaggedTensor, labels: list[int], shuffles: bool) -> tf.data.Dataset:
    """Makes batches of rows of similar length."""
    rows = tf.data.Dataset.from_tensor_slices((ids, labels))
    rows = rows.map(lambda ids, label: (tf.convert_to_tensor(ids), label))
    if shuffles:
        rows = rows.shuffle(len(labels), seed=SEED)
    return rows.bucket_by_sequence_length(
        lambda ids, _: tf.shape(ids)[0],
        BOUNDARIES,
        [BATCH] * (len(BOUNDARIES) + 1),
        padded_shapes=([None], []),
    ).prefetch(tf.data.AUTOTUNE)


def build(steps: int) -> keras.Model:
    """Builds and compiles the classifier."""
    ids = keras.Input([None], dtype="int64")
    seen = layers.Lambda(lambda ids: (ids != 0)[:, None, :])(ids)
    hidden = layers.Dropout(0.1)(Embedding()(ids))
    attention = layers.MultiHeadAttention(HEADS, WIDTH // HEADS)
    attended = attention(hidden, hidden, attention_mask=seen)
    hidden = layers.LayerNormalization()(hidden + layers.Dropout(0.1)(attended))
    wide = layers.Dense(WIDTH, "relu")(hidden)
    wide = layers.Dropout(0.1)(layers.Dense(WIDTH)(wide))
    hidden = layers.LayerNormalization()(hidden + wide)
    pooled = layers.Dropout(0.1)(Mean()(hidden, ids))
    head = layers.Dropout(0.1)(layers.Dense(20, "relu")(pooled))
    model = keras.Model(ids, layers.Dense(len(LABELS), "softmax")(head))
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=0.003, warmup_steps=steps // 10
    )
    adamw = keras.optimizers.AdamW(rate, weight_decay=0.01, global_clipnorm=1.0)
    model.compile(adamw, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test(model: keras.Model, vectorize: Any, path: Path) -> dict[str, float]:
    """Measures accuracy and macro F1 on a file."""
    texts, labels = read(path)
    rows = batches(vectorize(tf.constant(texts))[:, :LENGTH], labels, False)
    true = np.concatenate([found for _, found in rows.as_numpy_iterator()])
    answers = np.concatenate([model.predict_on_batch(ids) for ids, _ in rows])
    counts = np.zeros([len(LABELS), len(LABELS)])
    np.add.at(counts, (true, answers.argmax(1)), 1)
    f1 = 2 * counts.diagonal() / (counts.sum(0) + counts.sum(1))
    return {
        "accuracy": counts.trace() / counts.sum(),
        "macro_f1": float(f1.mean()),
    }


def save(model: keras.Model, vectorize: Any, folder: Path) -> None:
    """Saves a SavedModel that takes strings, and asks it about two of them."""
    module = tf.Module()
    module.model, module.vectorize = model, vectorize
    module.labels = tf.constant(LABELS)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
    def serve(text: tf.Tensor) -> dict[str, tf.Tensor]:
        ids = vectorize(text)[:, :LENGTH].to_tensor()
        probabilities = model(ids, training=False)
        label = tf.gather(module.labels, tf.argmax(probabilities, 1))
        return {"label": label, "probabilities": probabilities}

    tf.saved_model.save(module, str(folder), signatures=serve)
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    texts = tf.constant(["Oil prices fall", "The team wins the cup"])
    print(served(text=texts)["label"].numpy())


def main() -> None:
    """Does all of it, and writes seconds and metrics into FOLDER/report.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="has the CSV files")
    parser.add_argument("--to", type=Path, required=True, help="for model and report")
    parser.add_argument("--epochs", type=int, default=3)
    given = parser.parse_args()
    keras.utils.set_random_seed(SEED)
    texts, labels = read(given.data / "train.csv")
    order = random.Random(SEED).sample(range(len(texts)), len(texts))
    evaluated, trained = order[: len(order) // 10], order[len(order) // 10 :]
    vectorize = layers.TextVectorization(WORDS, ragged=True)
    vectorize.adapt(tf.constant([texts[row] for row in trained]))
    train, evaluation = (
        batches(
            vectorize(tf.constant([texts[row] for row in rows]))[:, :LENGTH],
            [labels[row] for row in rows],
            rows is trained,
        )
        for rows in (trained, evaluated)
    )
    model = build(len(trained) // BATCH * given.epochs)
    before = time.monotonic()
    model.fit(train, validation_data=evaluation, epochs=given.epochs, verbose=2)
    training = time.monotonic() - before
    metrics = test(model, vectorize, given.data / "test.csv")
    save(model, vectorize, given.to / "model")
    report = {"training": training, "metrics": metrics}
    (given.to / "report.json").write_text(json.dumps(report))


if __name__ == "__main__":
    main()
