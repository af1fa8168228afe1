"""Decides when a training ends: all epochs made, no progress, or time is over."""

from collections.abc import Sequence
from typing import NamedTuple

from newsdesk.config.train import Train
from newsdesk.training import Ended, TrainedEpoch, Training
from trainer.optim.optimizer import Steps
from trainer.training.best import BestWeights, Figures
from trainer.training.clock import Clock
from trainer.training.snapshot import Place


class Fitted(NamedTuple):
    """The results of the best epoch on the eval split, and how the training ended."""

    figures: Figures
    training: Training


class Limits:
    """The limits of one training.

    Args:
        train: the train section.
        steps: the numbers of steps.
        best: the best weights so far.
        clock: the time that the training has taken.
        course: the epochs measured so far.
    """

    def __init__(
        self,
        train: Train,
        steps: Steps,
        best: BestWeights,
        clock: Clock,
        course: Sequence[TrainedEpoch] = (),
    ) -> None:
        self._train = train
        self._steps = steps
        self._best = best
        self._clock = clock
        self._course = course

    def allow_epoch(self, place: Place) -> bool:
        """Decides whether an epoch must be trained, or finished and measured.

        Args:
            place: where the training is.

        Returns:
            Whether a limit is not reached; an epoch that has begun is measured.
        """
        if place.epoch >= self._steps.epochs or not self._best.worth_another_epoch:
            return False
        return not self._clock.is_over or place.step > 0 or self._best.measured == 0

    def where(self, place: Place) -> str:
        """Says where a resumed training continues.

        Args:
            place: where the training is.

        Returns:
            A sentence for the screen.
        """
        made = place.epoch * self._steps.per_epoch + place.step
        sentence = (
            f"training continues in epoch {place.epoch + 1} of {self._steps.epochs}, "
            f"after step {made:,} of {self._steps.total:,}"
        )
        if self._train.max_minutes is None:
            return sentence
        used = self._clock.before / 60
        return f"{sentence}, {used:.1f} of {self._train.max_minutes:g} minutes"

    def reached(self, place: Place) -> Training:
        """Says which limit ended the training.

        Args:
            place: where the training is.

        Returns:
            How the training ended.
        """
        is_last = self._best.measured == self._steps.epochs
        ended: Ended = "max_minutes"
        if not place.step and (is_last or not self._best.worth_another_epoch):
            ended = "epochs" if is_last else "patience"
        return Training(
            epochs=self._steps.epochs,
            made=self._best.measured,
            best=self._best.epoch,
            ended=ended,
            patience=self._best.patience,
            max_minutes=self._train.max_minutes,
            select_by=self._best.by,
            course=list(self._course),
        )
