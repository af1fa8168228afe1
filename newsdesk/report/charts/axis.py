"""The axes of a chart: which numbers they show, and where."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        name: what it shows, with the unit.
        low: the number at its beginning.
        high: the number at its end, above `low`.
        ticks: numbers to write beside it.
    """

    name: str
    low: float
    high: float
    ticks: list[float]

    def part(self, value: float) -> float:
        """Places a number on the axis.

        Args:
            value: the number.

        Returns:
            0 at the beginning, 1 at the end.
        """
        return (value - self.low) / (self.high - self.low)


def shares(name: str) -> Axis:
    """Makes an axis from 0 to 1.

    Args:
        name: what it shows.

    Returns:
        The axis.
    """
    return Axis(name, 0, 1, [0, 0.25, 0.5, 0.75, 1])


def around(name: str, values: Iterable[float], start: float | None = None) -> Axis:
    """Makes an axis that holds all values and begins and ends at round numbers.

    Args:
        name: what it shows.
        values: the values; those that are not finite are left out.
        start: a number that the axis must hold as well, such as 0.

    Returns:
        The axis.
    """
    known = [value for value in values if math.isfinite(value)]
    known += [] if start is None else [start]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    step = _round_step((high - low) / 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [number * step for number in range(first, last + 1)]
    return Axis(name, ticks[0], ticks[-1], ticks)


def numbers(name: str, last: int) -> Axis:
    """Makes an axis of whole numbers from 1, such as epochs.

    Args:
        name: what it shows.
        last: the last number.

    Returns:
        The axis, with a margin beside the first and the last number.
    """
    step = max(1, math.ceil(last / 8))
    return Axis(name, 0.5, last + 0.5, [float(n) for n in range(1, last + 1, step)])


def _round_step(least: float) -> float:
    """Finds the smallest of 1, 2 and 5 times a power of ten that is large enough."""
    power = 10.0 ** math.floor(math.log10(least))
    factor = next(one for one in (1, 2, 5, 10) if one * power >= least * 0.999)
    return factor * power
