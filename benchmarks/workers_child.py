"""Trains as one worker: one process of `benchmarks.workers`.

python -m benchmarks.workers_child FOLDER WORKERS INDEX STEPS BATCH_SIZE
"""

import os
import sys
import time
from pathlib import Path

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split
import numpy as np
import tensorflow as tf

from newsdesk.config.encoders import TransformerEncoder
from newsdesk.config.model import Model
from newsdesk.config.train import Optimizer, Train
from trainer.data.transformed import Rows, in_content_order
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training import strategy
from trainer.training.checkpoints import Checkpoints
from trainer.training.loop import Loop
from trainer.training.objective import Objective
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

_TOKENS, _VOCABULARY, _CLASSES = 40, 20_000, 4
# The first steps compile.
_WARM_UP = 5


def rows(count: int) -> Rows:
    """Makes random rows, the same in every process.

    Args:
        count: how many.

    Returns:
        Rows of 40 tokens, of which the first depends on the class.
    """
    random = np.random.default_rng(0)
    labels = random.integers(0, _CLASSES, count).astype(np.int32)
    ids = random.integers(10, _VOCABULARY, (count, _TOKENS)).astype(np.int32)
    ids[:, 0] = 2 + labels
    lengths = np.full(count, _TOKENS)
    return in_content_order(ids.reshape(-1), lengths, labels, np.arange(count))


def train(folder: Path, workers: int, steps: int, batch_size: int) -> float:
    """Trains one epoch.

    Args:
        folder: for events.
        workers: how many processes train.
        steps: how many steps to make.
        batch_size: the number of rows of a step, over all workers.

    Returns:
        Rows/s of all workers together, without the first steps.
    """
    import tf_keras

    settings = Train(
        epochs=1,
        batch_size=batch_size,
        strategy="multi_worker" if workers > 1 else "one",
        precision="float32",
    )
    times: list[float] = []
    with strategy.choose(settings).scope():
        tf_keras.utils.set_random_seed(3)
        model = Classifier(
            Model(encoder=TransformerEncoder(dropout=0.0), dropout=0.0),
            _VOCABULARY,
            _TOKENS,
            classes=_CLASSES,
            precision="float32",
        )
        split = rows(steps * batch_size)
        counts = optimizer.count_steps(len(split), settings, Optimizer())
        adamw = optimizer.build(Optimizer(), counts, model.encoder.depths, None)
        loop = Loop(model, adamw, settings, counts, Objective(None, 0.0))
        step = loop.compiled.step

        def timed(*arguments: object) -> tf.Tensor:
            times.append(time.monotonic())
            return step(*arguments)

        loop.compiled.step = timed  # type: ignore[method-assign,assignment]
        events = Progress(str(folder / "events"))
        few = rows(batch_size)
        loop.fit(split, few, events, Checkpoints(folder, writes=False), Stop())
        np.savez(folder / f"weights-{workers}-{_index()}", *model.get_weights())
    made = times[_WARM_UP:]
    return batch_size * (len(made) - 1) / (made[-1] - made[0])


def _index() -> int:
    return int(sys.argv[3])


def main() -> None:
    """Reads the command line, trains on one core, and prints rows/s."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[_index() % len(cores)]})
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    workers, _, steps, batch_size = map(int, sys.argv[2:])
    print(train(Path(sys.argv[1]), workers, steps, batch_size))


if __name__ == "__main__":
    main()
