"""Compares full fine-tuning with the top two layers and with LoRA, on one machine.

Every batch is trained by all three before the next one, so that other load of the
machine affects all of them. Steps at a length that is new are not timed, because parts
of the model are compiled for each length.
"""

import argparse
import csv
import dataclasses
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import numpy as np
import tensorflow as tf
import tf_keras

from benchmarks.table import ROOT, keep, machine, markdown
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from trainer.data.batches import Batch, batches_of_steps
from trainer.data.transformed import Rows, in_content_order
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.text import checkpoint_tokenizer
from trainer.text.padding import exchanged
from trainer.tokenizers.graph import Tokenizer
from trainer.tokenizers.spec import Spec
from trainer.training.loop import Loop
from trainer.training.objective import Objective

_PRESET = ROOT / "pipeline" / "configs" / "ag_news_checkpoint.toml"
# By way: the learning rate, and how the encoder is trained.
WAYS = {
    "all layers": ("1e-4", []),
    "the top two layers": ("3e-4", ["model.encoder.train_layers=2"]),
    "LoRA, rank 8": ("1e-3", ["model.encoder.lora_rank=8"]),
}
_ROWS_TOGETHER = 1000
# Wider than in a training, so that most steps have a length that is not new.
_BUCKET_WIDTH = 16
_MIB = 2**20


@dataclass
class Competitor:
    """One way to train.

    Attributes:
        rate: the highest learning rate.
        model: the classifier.
        loop: trains it.
        rows: rows of the timed steps.
        seconds: of the timed steps.
        shapes: of the batches so far.
    """

    rate: str
    model: Classifier
    loop: Loop
    rows: int = 0
    seconds: float = 0.0
    shapes: set[tuple[int, ...]] = field(default_factory=set)

    def step(self, batches: list[Batch]) -> None:
        """Makes an optimizer step.

        Args:
            batches: its micro-batches.
        """
        began = time.perf_counter()
        # Reading the loss waits for the end of the step.
        float(self.loop.compiled.step(batches))
        seconds = time.perf_counter() - began
        shapes = {batch.inputs.shape for batch in batches}
        if shapes <= self.shapes:
            self.rows += sum(len(batch.labels) for batch in batches)
            self.seconds += seconds
        self.shapes |= shapes


def main() -> None:
    """Reads the command line, trains, and keeps the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder of train.csv, test.csv")
    parser.add_argument("--weights", required=True, help="folder of a checkpoint")
    parser.add_argument("--rows", type=int, default=2000, help="rows of train.csv")
    parser.add_argument("--tested", type=int, default=1000, help="rows of test.csv")
    parser.add_argument("--epochs", type=int, default=1, help="passes over the rows")
    arguments = parser.parse_args()
    where, weights = machine(), str(Path(arguments.weights).resolve())
    configs = {
        name: load(
            _PRESET,
            [
                f"model.encoder.path={weights}",
                f"optimizer.learning_rate={rate}",
                f"train.epochs={arguments.epochs}",
                "train.precision=bfloat16",
                *settings,
            ],
        )
        for name, (rate, settings) in WAYS.items()
    }
    first = configs[next(iter(WAYS))]
    spec = checkpoint_tokenizer.of_checkpoint(Path(weights))
    rows = _rows(Path(arguments.data, "train.csv"), arguments.rows, first, spec)
    tested = _rows(Path(arguments.data, "test.csv"), arguments.tested, first, spec)
    competitors = {
        name: _competitor(config, spec, WAYS[name][0], len(rows))
        for name, config in configs.items()
    }
    for epoch in range(arguments.epochs):
        for batches in batches_of_steps(rows, first.train, epoch, 0):
            for competitor in competitors.values():
                competitor.step(batches)
    table = _table(competitors, tested)
    print(table)
    how = (
        f"{Path(weights).name}, bfloat16, {len(rows):,} rows of AG News, epochs: "
        f"{arguments.epochs}, batches of {first.train.batch_size} rows, "
        f"{first.text.max_length} tokens at most. Accuracy on {len(tested):,} rows of "
        "test.csv. The optimizer keeps two moments of each trained value. Every batch "
        "is trained by all three before the next one."
    )
    keep("Training all layers, two layers, or LoRA", [how, table, f"{where}."])


def _table(competitors: dict[str, Competitor], tested: Rows) -> str:
    speeds = {name: one.rows / one.seconds for name, one in competitors.items()}
    slowest = next(iter(speeds.values()))
    lines = []
    for name, one in competitors.items():
        values = sum(int(tf.size(weight)) for weight in one.model.trainable_weights)
        state = sum(int(tf.size(v)) * v.dtype.size for v in one.loop.adamw.variables())
        lines.append(
            [
                name,
                one.rate,
                f"{one.loop.evaluate(tested).accuracy:.3f}",
                f"{speeds[name]:.1f}",
                f"{speeds[name] / slowest:.2f}",
                f"{values:,}",
                f"{state / _MIB:.1f}",
            ]
        )
    head = ["trained", "rate", "accuracy", "rows/s", "ratio", "values", "optimizer MiB"]
    return markdown(head, lines)


def _competitor(config: Config, spec: Spec, rate: str, rows: int) -> Competitor:
    tf_keras.utils.set_random_seed(config.train.seed)
    model = Classifier(
        config.model,
        len(spec.names),
        config.text.max_length,
        len(config.data.labels),
        "bfloat16",
    )
    steps = optimizer.count_steps(
        rows, config.train, config.optimizer, config.model.encoder
    )
    adamw = optimizer.build(config.optimizer, steps, model.encoder.depths)
    loop = Loop(model, adamw, config.train, steps, Objective(None, 0.0))
    return Competitor(rate, model, loop)


def _rows(path: Path, count: int, config: Config, spec: Spec) -> Rows:
    with path.open(newline="", encoding="utf-8") as file:
        every = list(csv.DictReader(file))
    # The file may be sorted by label.
    found = random.Random(config.train.seed).sample(every, min(count, len(every)))
    tokenizer = Tokenizer(spec)
    ids, lengths = [], []
    for first in range(0, len(found), _ROWS_TOGETHER):
        some = found[first : first + _ROWS_TOGETHER]
        texts = tf.constant([f"{row['title']} {row['description']}" for row in some])
        cut = tokenizer.with_ends(tokenizer(texts), config.text.max_length)
        ours = exchanged(cut, spec.special["pad"])
        ids.append(ours.flat_values.numpy().astype(np.int32))
        lengths.append(ours.row_lengths().numpy())
    rows = in_content_order(
        ids=np.concatenate(ids),
        lengths=np.concatenate(lengths),
        labels=np.array([int(row["label"]) for row in found], np.int32),
        keys=np.arange(len(found)),
    )
    return dataclasses.replace(rows, bucket_width=_BUCKET_WIDTH)


if __name__ == "__main__":
    main()
