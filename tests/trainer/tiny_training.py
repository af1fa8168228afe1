"""A training of 24 steps, in this process or, as a script, in one to be killed.

python tests/trainer/tiny_training.py FOLDER STEP kills itself after that step.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported
from newsdesk.config.encoders import TransformerEncoder
from newsdesk.config.model import Model
from newsdesk.config.train import Optimizer, Train
from trainer.data.transformed import Rows, in_content_order
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.optim.precision import LossScale
from trainer.training.best import Figures
from trainer.training.checkpoints import Checkpoints
from trainer.training.loop import Loop
from trainer.training.objective import Objective
from trainer.training.progress import Progress
from trainer.training.stopping import Stop


def rows() -> Rows:
    """64 rows of 1 to 20 tokens; the first token gives the class away."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 64).astype(np.int32)
    tokens = [
        [2 + label, *random.integers(6, 30, random.integers(0, 20))] for label in labels
    ]
    return in_content_order(
        ids=np.concatenate(tokens).astype(np.int32),
        lengths=np.array([len(row) for row in tokens]),
        labels=labels,
        keys=np.arange(64),
    )


def loop(
    split: Rows,
    dropout: float = 0.1,
    lazy: bool = False,
    precision: str = "float32",
    scale: LossScale | None = None,
    **train: Any,
) -> tuple[Classifier, Loop]:
    """A one-block classifier and its loop: three epochs of eight steps."""
    import tf_keras

    tf_keras.utils.set_random_seed(3)
    encoder = TransformerEncoder(width=8, feed_forward=8, dropout=dropout)
    settings = Model(encoder=encoder, dropout=dropout)
    model = Classifier(settings, 30, 24, classes=4, precision=precision)
    config = Train(
        **{"epochs": 3, "batch_size": 8, "patience": 9, "checkpoint_steps": 3, **train}
    )
    rate = Optimizer(learning_rate=0.02, lazy_embeddings=lazy)
    steps = optimizer.count_steps(len(split), config, rate)
    adamw = optimizer.build(rate, steps, model.encoder.depths, scale)
    return model, Loop(model, adamw, config, steps, Objective(None, 0.0))


def run(
    folder: Path,
    after_step: Callable[[int, Stop], None] = lambda step, stop: None,
    stop: Stop | None = None,
) -> tuple[Figures, list[np.ndarray], list[int]]:
    """Trains from the newest checkpoint in `folder` on.

    Args:
        folder: of the checkpoints.
        after_step: hears the number of every step made.
        stop: what asks the training to end.

    Returns:
        The best figures, the weights, and the steps that were made.
    """
    split = rows()
    model, training = loop(split)
    made: list[int] = []
    step, stop = training.compiled.step, stop or Stop()

    def counted(batches: Any) -> Any:
        mean = step(batches)
        made.append(int(training.adamw.iterations))
        after_step(made[-1], stop)
        return mean

    training.compiled.step = counted  # type: ignore[method-assign]
    progress = Progress(str(folder / "events"))
    figures, _ = training.fit(split, split, progress, Checkpoints(folder), stop)
    return figures, model.get_weights(), made


if __name__ == "__main__":

    def die(step: int, _: Stop) -> None:
        if step == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)

    run(Path(sys.argv[1]), die)
