"""The training loop: compiled steps, an evaluation per epoch, the best weights kept."""

import dataclasses
import math
import time

import numpy as np
import tensorflow as tf
import tf_keras

from pipeline.config import Train
from pipeline.errors import NewsdeskError
from trainer import data
from trainer.model import Classifier, loss
from trainer.optimizer import Steps
from trainer.progress import Progress, State

_IDS = tf.TensorSpec([None, None], tf.int32)
_LABELS = tf.TensorSpec([None], tf.int32)


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a model reaches on a split: share of right answers, mean loss in nats."""

    accuracy: float
    loss: float

    def better_than(self, other: "Figures") -> bool:
        """Compares by accuracy, for that decides a blessing, then by loss.

        Args:
            other: figures on the same split.

        Returns:
            Whether these are strictly better.
        """
        return (self.accuracy, -self.loss) > (other.accuracy, -other.loss)


class BestWeights:
    """Remembers the weights of the epoch that did best on the eval split.

    Args:
        weights: the model's variables.
        patience: epochs in a row without a new best after which training ends.
    """

    def __init__(self, weights: list[tf.Variable], patience: int) -> None:
        self._weights = weights
        self._patience = patience
        self._values: list[np.ndarray] = []
        self._waited = 0
        self._figures: Figures | None = None

    def offer(self, figures: Figures) -> bool:
        """Looks at the model as it is now.

        Args:
            figures: what it reaches on the eval split.

        Returns:
            Whether another epoch is worth it.
        """
        if self._figures is None or figures.better_than(self._figures):
            self._figures = figures
            self._values = [weight.numpy() for weight in self._weights]
            self._waited = 0
        else:
            self._waited += 1
        return self._waited < self._patience

    def restore(self) -> Figures:
        """Gives the model the weights it had when it was best.

        Returns:
            The figures of that epoch.

        Raises:
            ValueError: nothing was offered yet.
        """
        if self._figures is None:
            raise ValueError("no epoch was measured yet")
        for weight, value in zip(self._weights, self._values, strict=True):
            weight.assign(value)
        return self._figures


class Loop:
    """Trains a model.

    Args:
        model: the classifier.
        optimizer: its `learning_rate` is a schedule.
        train: the train section.
        steps: how many there will be.
    """

    def __init__(
        self,
        model: Classifier,
        optimizer: tf_keras.optimizers.legacy.Optimizer,
        train: Train,
        steps: Steps,
    ) -> None:
        self._model = model
        self._optimizer = optimizer
        self._train = train
        self._steps = steps
        # Autograph would rewrite the source of Keras, for seconds and to no effect.
        self.step = tf.function(self._step, [_IDS, _LABELS], autograph=False)
        self._measure = tf.function(self._sums, [_IDS, _LABELS], autograph=False)

    def fit(self, rows: data.Rows, eval_rows: data.Rows, progress: Progress) -> Figures:
        """Trains until the epochs are over or `patience` of them brought nothing.

        Args:
            rows: the train split.
            eval_rows: the eval split, which decides what is best.
            progress: hears how it goes.

        Returns:
            The best epoch's figures on the eval split; the model has its weights.

        Raises:
            NewsdeskError: the loss is not a number any more.
        """
        best = BestWeights(self._model.trainable_weights, self._train.patience)
        for epoch in range(self._train.epochs):
            state = self._run_epoch(rows, epoch, progress)
            figures = self.evaluate(eval_rows)
            progress.report(
                dataclasses.replace(
                    state, eval_accuracy=figures.accuracy, eval_loss=figures.loss
                )
            )
            if not best.offer(figures):
                break
        return best.restore()

    def evaluate(self, rows: data.Rows) -> Figures:
        """Measures the model as it is.

        Args:
            rows: a split.

        Returns:
            Its figures, without dropout.
        """
        right, surprise = 0, 0.0
        for batch in data.evaluation_batches(rows, self._train.batch_size):
            batch_right, batch_surprise = self._measure(batch.ids, batch.labels)
            right += int(batch_right)
            surprise += float(batch_surprise)
        return Figures(accuracy=right / len(rows), loss=surprise / len(rows))

    def _run_epoch(self, rows: data.Rows, epoch: int, progress: Progress) -> State:
        began, seen, total = time.monotonic(), 0, tf.constant(0.0)
        batches = data.training_batches(
            rows, self._train.batch_size, self._train.seed, epoch
        )
        for batch in batches:
            mean = self.step(batch.ids, batch.labels)
            seen += len(batch.labels)
            total += mean
            if progress.due:
                progress.report(self._state(epoch, mean, seen, began))
        return self._state(epoch, total / self._steps.per_epoch, seen, began)

    def _state(self, epoch: int, mean: tf.Tensor, seen: int, began: float) -> State:
        step = int(self._optimizer.iterations)
        rate = float(self._optimizer.learning_rate(step - 1))
        if not math.isfinite(mean):
            raise NewsdeskError(
                f"the loss was {float(mean)} by step {step} of {self._steps.total} at "
                f"the learning rate {rate:.2g}; lower optimizer.learning_rate"
            )
        return State(
            step=step,
            steps=self._steps.total,
            epoch=epoch + 1,
            epochs=self._train.epochs,
            loss=float(mean),
            learning_rate=rate,
            rows_per_second=seen / (time.monotonic() - began),
        )

    def _step(self, ids: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """One optimizer step; gives the mean loss before it, a float32 scalar."""
        iteration = tf.cast(self._optimizer.iterations, tf.int32)
        seed = tf.stack([self._train.seed, iteration])
        with tf.GradientTape() as tape:
            mean = tf.reduce_mean(loss(self._model(ids, seed=seed), labels))
        weights = self._model.trainable_weights
        gradients = tape.gradient(mean, weights)
        self._optimizer.apply_gradients(zip(gradients, weights, strict=True))
        return mean

    def _sums(self, ids: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Right answers, an int32 scalar, and the sum of losses, a float32 one."""
        logits = self._model(ids)
        right = tf.argmax(logits, 1, tf.int32) == labels
        return tf.math.count_nonzero(right, dtype=tf.int32), tf.reduce_sum(
            loss(logits, labels)
        )
