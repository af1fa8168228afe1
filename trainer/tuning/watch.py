"""Hears the progress of a trial, and ends it if it is bad."""

import dataclasses
import logging
import math
from collections.abc import Callable
from typing import Any

from trainer.tuning.proposals import Proposed

_progress = logging.getLogger("newsdesk.progress")


class Pruned(Exception):
    """The trial that is running is not worth another epoch."""


@dataclasses.dataclass
class Watch:
    """Hears the progress of a trial, and ends it if it is bad.

    Attributes:
        metric: the figure that decides.
        proposed: the trial.
        number: of the trial.
        trials: the number of all trials.
        course: the figure after each epoch so far.
        begin: called at the first record; None for nothing.
    """

    metric: str
    proposed: Proposed
    number: int
    trials: int
    course: list[float | None] = dataclasses.field(default_factory=list)
    begin: Callable[[], None] | None = None
    _is_pruned: bool = False

    def hear(self, message: str, progress: dict[str, Any]) -> None:
        """Receives a progress record of the trial.

        Args:
            message: its text, for the log.
            progress: its figures.

        Raises:
            Pruned: the trial is worse than half of those before it.
        """
        if self._is_pruned:
            return
        if self.begin:
            self.begin()
            self.begin = None
        if "eval_accuracy" in progress and progress["epoch"] == len(self.course) + 1:
            figure = finite(progress.get(f"eval_{self.metric}"))
            self.course.append(figure)
            is_last = progress["epoch"] == progress.get("epochs")
            if not is_last and self.proposed.is_bad(progress["epoch"], figure):
                self._is_pruned = True
                raise Pruned
        if "step" in progress:
            place = {"trial": self.number, "trials": self.trials}
            _progress.info(
                f"trial {self.number}/{self.trials} {message}",
                extra={"progress": progress | place},
            )


def finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None
