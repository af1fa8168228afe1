"""When runs are killed: at points spread over an unbroken run."""

import random
from dataclasses import dataclass

from benchmarks.reliability.unbroken import Unbroken
from newsdesk.nodes import NODES

_SHARES = (0.0, 0.5, 0.93)
_MORE = (("Trainer", 0.6), ("Trainer", 0.85), ("Pusher", 0.7), ("Pusher", 0.85))


@dataclass(frozen=True)
class Point:
    """When to kill: so long after the line of the node before, or after the start."""

    node: str
    before: str | None
    seconds: float


def points(whole: Unbroken) -> list[Point]:
    """Spreads points over an unbroken run.

    Args:
        whole: the run.

    Returns:
        40 points for the 12 nodes that decide, in the order of the nodes.
    """
    # After a push, a kill no longer changes the result of a run.
    names = [name for name in whole.seconds if not NODES[name].may_fail]
    seconds = {**whole.seconds, names[0]: whole.first.startup}
    chance = random.Random(7)
    chosen = [(name, share) for name in names for share in _SHARES] + list(_MORE)
    chosen.sort(key=lambda one: names.index(one[0]))
    return [
        Point(
            name,
            names[names.index(name) - 1] if name != names[0] else None,
            seconds[name] * (share + chance.uniform(0.0, 0.04)),
        )
        for name, share in chosen
    ]
