"""Measures how long a training takes, also over several processes."""

import time

from trainer.training import strategy


class Clock:
    """The time that a training has taken, with the processes before this one.

    Args:
        max_minutes: the limit; None without one.

    Attributes:
        before: seconds of the processes before, from their last checkpoint.
        is_over: whether the limit was reached when `check` was called last.
    """

    def __init__(self, max_minutes: float | None) -> None:
        self._limit = max_minutes
        self._began = time.monotonic()
        self.before = 0.0
        self.is_over = False

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return self.before + time.monotonic() - self._began

    def check(self) -> None:
        """Finds out whether time is over; all workers must call this together."""
        if self._limit is not None:
            # The clocks of the workers differ, and all must stop after the same step.
            self.is_over = strategy.anywhere(self.seconds >= 60 * self._limit)
