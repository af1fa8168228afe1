"""Random steps of roots, publishers, gc and rollback, on the product's own code.

`python -m benchmarks.reliability.steps --steps 10000 --seed 1` lets hypothesis choose
the steps of `stepped_machine.py`: runs, pushes, rollbacks, garbage collections and
retirements, some of them killed or at once, damage to files, moved roots, lost
databases, a clock that is set. After each step, versions must be whole or known to be
damaged, no model may have replaced one that it was not compared with, and what kept
runs need must be readable.
"""

import argparse
import logging
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.reliability.stepped_machine import Steps

_STEPS_OF_A_MACHINE = 60
_MACHINES_AT_ONCE = 20


def run(steps: int, first_seed: int) -> dict[str, int]:
    """Does random steps, until an invariant does not hold.

    Args:
        steps: how many at least.
        first_seed: decides which.

    Returns:
        How often each thing was done.
    """
    Steps.counts.clear()
    number = first_seed
    while Steps.counts.get("steps", 0) < steps:
        left = steps - Steps.counts.get("steps", 0)
        run_state_machine_as_test(
            seed(number)(Steps),
            settings=settings(
                max_examples=min(_MACHINES_AT_ONCE, 1 + left // _STEPS_OF_A_MACHINE),
                stateful_step_count=_STEPS_OF_A_MACHINE,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
                report_multiple_bugs=False,
            ),
        )
        number += 1
    return dict(Steps.counts)


def main() -> None:
    """Does them and prints how many of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    began = time.monotonic()
    found = run(asked.steps, asked.seed)
    for what, count in sorted(found.items()):
        print(f"{count:>8,}  {what}")
    print(
        f"{found['steps']:,} steps with seed {asked.seed} in "
        f"{time.monotonic() - began:.0f} s: every invariant held"
    )


if __name__ == "__main__":
    main()
