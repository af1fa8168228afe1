"""The training loop: makes steps, evaluates each epoch, keeps the best weights."""

import math
import time
from collections.abc import Callable

import tensorflow as tf

from newsdesk.config.train import Train
from newsdesk.errors import Interrupted, NewsdeskError
from newsdesk.training import TrainedEpoch
from trainer.data.batches import Split, batches_of_steps
from trainer.model import Classifier
from trainer.optim import epochs
from trainer.optim.adamw import AdamW
from trainer.optim.optimizer import Steps
from trainer.optim.precision import uses_xla
from trainer.training import selection, strategy
from trainer.training.best import BestWeights, Figures
from trainer.training.checkpoints import Checkpoints
from trainer.training.clock import Clock
from trainer.training.limits import Fitted, Limits
from trainer.training.objective import Objective
from trainer.training.progress import Progress, State
from trainer.training.scores import Scorer, Scores
from trainer.training.snapshot import Place, Snapshot
from trainer.training.step import Compiled
from trainer.training.stopping import Stop


class Loop:
    """Trains a model; must be created in the scope of the strategy.

    Args:
        model: the classifier; if its encoder is frozen, only the head is trained, on
            vectors.
        adamw: the optimizer, whose `learning_rate` is a schedule.
        train: the train section.
        steps: the numbers of steps.
        objective: the function to minimize.

    Attributes:
        best_scores: the logits of the eval rows by the weights of the best epoch; None
            if an earlier process measured that epoch.
    """

    def __init__(
        self,
        model: Classifier,
        adamw: AdamW,
        train: Train,
        steps: Steps,
        objective: Objective,
    ) -> None:
        self.adamw = adamw
        self._weights = model.trainable_weights
        self._train = train
        self._steps = steps
        adamw.prepare(self._weights)
        self.compiled = Compiled(
            model if model.encoder.trainable else model.head,
            self._weights,
            adamw,
            objective,
            train.seed,
            uses_xla(train),
        )
        self._scorer = Scorer(model, train.batch_size, uses_xla(train))
        self._scores: Scores | None = None
        self.best_scores: Scores | None = None

    def fit(
        self,
        rows: Split,
        eval_rows: Split,
        progress: Progress,
        checkpoints: Checkpoints,
        stop: Stop,
    ) -> Fitted:
        """Trains until a limit is reached: of epochs, patience or minutes.

        Args:
            rows: the train split; if the encoder is frozen, its vectors.
            eval_rows: the eval split, which decides which epoch is best; in the same
                form.
            progress: receives reports.
            checkpoints: where to continue from, and where to save.
            stop: checked after every step.

        Returns:
            The best epoch's results on the eval split, and how the training ended; the
            model has the weights of that epoch.

        Raises:
            Interrupted: a signal asked to stop; all steps are in a checkpoint.
            NewsdeskError: the loss is not finite.
        """
        train, steps = self._train, self._steps
        patience = epochs.patience(train, steps.epochs, steps.per_epoch)
        by = selection.select_by(train, rows.labels)
        best = BestWeights(self._weights, patience, by)
        clock = Clock(train.max_minutes)
        course: list[TrainedEpoch] = []
        limits = Limits(train, steps, best, clock, course)
        snapshot = Snapshot(self._weights, self.adamw, best, clock, course)
        place = checkpoints.restore(snapshot.restore) or Place()
        strategy.refuse_unequal(self._count(place))
        clock.check()
        progress.resume(course)

        def save() -> None:
            checkpoints.save(self._count(place), snapshot.take(place))

        def pause() -> None:
            # All workers must stop after the same step, also if one gets the signal.
            if strategy.anywhere(stop.requested):
                save()
                raise Interrupted(
                    f"stopped on request after step {self._count(place)} of "
                    f"{self._steps.total}; the same command continues there"
                )

        if self._count(place) and limits.allow_epoch(place):
            progress.say(limits.where(place))
        while limits.allow_epoch(place):
            state = self._run_epoch(rows, place, progress, clock, save, pause)
            if clock.is_over:
                save()
            figures = self.evaluate(eval_rows, pause)
            is_best = best.offer(figures)
            if is_best:
                self.best_scores = self._scores
            measured = state.measured(figures, is_best)
            progress.report(measured)
            course.append(measured.trained_epoch())
            if place.step < self._steps.per_epoch:
                break
            place = Place(place.epoch + 1)
            save()
        return Fitted(best.restore(), limits.reached(place))

    def evaluate(
        self, rows: Split, after_batch: Callable[[], None] = lambda: None
    ) -> Figures:
        """Evaluates the current model without dropout.

        Args:
            rows: a split.
            after_batch: called after every batch.

        Returns:
            Its results on the split.
        """
        self._scores = self._scorer.score(rows, after_batch)
        return Figures.of(self._scores)

    def _run_epoch(
        self,
        rows: Split,
        place: Place,
        progress: Progress,
        clock: Clock,
        save: Callable[[], None],
        pause: Callable[[], None],
    ) -> State:
        """Makes the remaining steps of the epoch, and updates `place`."""
        began, seen, total = time.monotonic(), 0, tf.constant(place.loss)
        for batches in batches_of_steps(rows, self._train, place.epoch, place.step):
            # At least one step is made, so that there is something to measure.
            if clock.is_over and self._count(place):
                break
            mean = self.compiled.step(batches)
            seen += sum(len(batch.labels) for batch in batches)
            total += mean
            place.step += 1
            due = self._count(place) % self._train.checkpoint_steps == 0
            place.loss = total
            if due or progress.due:
                progress.report(self._state(place, mean, seen, began))
            if due:
                save()
            pause()
            clock.check()
        return self._state(place, total / place.step, seen, began)

    def _count(self, place: Place) -> int:
        """The number of optimizer steps made."""
        return place.epoch * self._steps.per_epoch + place.step

    def _state(self, place: Place, mean: tf.Tensor, seen: int, began: float) -> State:
        step = self._count(place)
        rate = float(self.adamw.learning_rate(step - 1))
        if not math.isfinite(mean):
            raise NewsdeskError(
                f"the loss was {float(mean)} by step {step} of {self._steps.total} at "
                f"the learning rate {rate:.2g}; lower optimizer.learning_rate"
            )
        return State(
            step=step,
            steps=self._steps.total,
            epoch=place.epoch + 1,
            epochs=self._steps.epochs,
            loss=float(mean),
            learning_rate=rate,
            rows_per_second=seen / (time.monotonic() - began),
        )
