"""The training loop: steps, an evaluation per epoch, the best weights kept."""

import dataclasses
import itertools
import math
import time
from collections.abc import Iterator

import tensorflow as tf

from pipeline.config import Train
from pipeline.errors import NewsdeskError
from trainer.adamw import AdamW
from trainer.batches import Batch, Split, evaluation_batches, training_batches
from trainer.best import BestWeights, Figures
from trainer.model import Classifier
from trainer.objective import Objective
from trainer.optimizer import Steps
from trainer.progress import Progress, State
from trainer.step import Compiled


class Loop:
    """Trains a model; to be made in the scope of the strategy.

    Args:
        model: the classifier.
        adamw: its `learning_rate` is a schedule.
        train: the train section.
        steps: how many there will be.
        objective: what is minimized.
    """

    def __init__(
        self,
        model: Classifier,
        adamw: AdamW,
        train: Train,
        steps: Steps,
        objective: Objective | None = None,
    ) -> None:
        self._weights = model.trainable_weights
        self._adamw = adamw
        self._train = train
        self._steps = steps
        adamw.prepare(self._weights)
        self.compiled = Compiled(
            model,
            self._weights,
            adamw,
            objective or Objective(None, train.label_smoothing),
            train.seed,
            xla=False,
        )

    def fit(self, rows: Split, eval_rows: Split, progress: Progress) -> Figures:
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
        best = BestWeights(self._weights, self._train.patience)
        for epoch in range(self._train.epochs):
            state = self._run_epoch(rows, epoch, progress)
            figures = self.evaluate(eval_rows)
            progress.report(
                dataclasses.replace(
                    state, eval_accuracy=figures.accuracy, eval_loss=figures.loss
                )
            )
            best.offer(figures)
            if not best.worth_another_epoch:
                break
        return best.restore()

    def evaluate(self, rows: Split) -> Figures:
        """Measures the model as it is.

        Args:
            rows: a split.

        Returns:
            Its figures, without dropout.
        """
        right, surprise = 0, 0.0
        for batch in evaluation_batches(rows, self._train.batch_size):
            batch_right, batch_surprise = self.compiled.measure(batch)
            right += int(batch_right)
            surprise += float(batch_surprise)
        return Figures(accuracy=right / len(rows), loss=surprise / len(rows))

    def _run_epoch(self, rows: Split, epoch: int, progress: Progress) -> State:
        began, seen, total = time.monotonic(), 0, tf.constant(0.0)
        for batches in self._batches_of_steps(rows, epoch):
            mean = self.compiled.step(batches)
            seen += sum(len(batch.labels) for batch in batches)
            total += mean
            if progress.due:
                progress.report(self._state(epoch, mean, seen, began))
        return self._state(epoch, total / self._steps.per_epoch, seen, began)

    def _batches_of_steps(self, rows: Split, epoch: int) -> Iterator[list[Batch]]:
        batches = training_batches(
            rows, self._train.batch_size, self._train.seed, epoch
        )
        while together := list(itertools.islice(batches, self._train.accumulation)):
            yield together

    def _state(self, epoch: int, mean: tf.Tensor, seen: int, began: float) -> State:
        step = int(self._adamw.iterations)
        rate = float(self._adamw.learning_rate(step - 1))
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
