"""One bit flipped below a root is never published, and never blocks the next runs.

`python -m benchmarks.reliability.root_flips` flips 200 bits, one at a time, in copies
of a root: in models, transform graphs, examples, token ids, all other artifacts,
checkpoints and the metadata database. For most flips it asks the check that a run makes
before it uses the file. For one of each kind, and for each flip that the check does not
find although something has another value, the pipeline runs with a small change of its
configuration, and must publish the weights and metrics of the unbroken run.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.reliability import unbroken
from benchmarks.reliability.flipped_roots import KINDS, Flip, Roots
from newsdesk.errors import ExitCode
from tests.support import sample

# Only the Evaluator and the Pusher run; the cache can answer for all others.
_CHANGED = ("--set", "evaluation.min_accuracy=0.51")


@dataclass(frozen=True)
class Outcome:
    """What became of a flip.

    Attributes:
        flip: which.
        answer: what the check says: "found", "harmless" if no value is another one, or
            "unnoticed".
        has_run: whether the pipeline ran to judge it.
        is_wrong: the run published other weights or metrics than the unbroken one.
        failed: how many runs, one after another, ended with an error; at most two.
        screen: of the last one.
    """

    flip: Flip
    answer: str
    has_run: bool = False
    is_wrong: bool = False
    failed: int = 0
    screen: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether nothing wrong can be published, and the root can be used."""
        is_judged = self.has_run or self.answer != "unnoticed"
        return is_judged and not self.is_wrong and not self.failed


def asked(flips: Sequence[Flip], roots: Roots) -> Iterator[Outcome]:
    """Asks the checks.

    Args:
        flips: what to flip.
        roots: where; they are as before afterwards.

    Yields:
        What the check of each says.
    """
    for flip in flips:
        yield Outcome(flip, roots.answer(flip))


def judged(outcome: Outcome, roots: Roots) -> Outcome:
    """Judges a flip by runs.

    Args:
        outcome: what its check said.
        roots: where.

    Returns:
        What became of the runs.
    """
    with roots.copied(outcome.flip) as root:
        failed, code = 0, -1
        while code != ExitCode.DONE and failed < 2:
            code, screen = sample.finish(root, *unbroken.WORDS, *_CHANGED)
            failed += code != ExitCode.DONE
        is_wrong = code == ExitCode.DONE and not roots.whole.is_equalled(root)
    return replace(
        outcome, has_run=True, is_wrong=is_wrong, failed=failed, screen=screen
    )


def chosen(found: Sequence[Outcome], runs: int) -> list[Outcome]:
    """Chooses the flips that are judged by runs.

    Args:
        found: what the checks said.
        runs: how many to choose of those that no check has to be doubted for.

    Returns:
        All that are unnoticed, and of the others as many of each kind.
    """
    chance = random.Random(6)
    unnoticed = [one for one in found if one.answer == "unnoticed"]
    others = [one for one in found if one.answer == "found"]
    chance.shuffle(others)
    # The first of each kind, then the second of each.
    turns = {kind: 0 for kind in KINDS}
    ordered = []
    for one in others:
        turns[one.flip.kind] += 1
        ordered.append((turns[one.flip.kind], one))
    ordered.sort(key=lambda pair: pair[0])
    return unnoticed + [one for _, one in ordered[:runs]]


def main() -> None:
    """Flips, and prints a line for each run and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=200)
    parser.add_argument("--runs", type=int, default=len(KINDS), help="to judge by")
    words = parser.parse_args()
    with unbroken.prepared("root-flips") as (whole, scratch):
        roots = Roots(whole, scratch)
        found = list(asked(roots.flips(words.flips), roots))
        outcomes = {one.flip: one for one in found}
        for one in chosen(found, words.runs):
            after = outcomes[one.flip] = judged(one, roots)
            told = "fine" if after.is_fine else f"FAILED: {after}"
            print(f"{one.answer:<10} {one.flip}: {told}", flush=True)
    print(figure(list(outcomes.values())))
    sys.exit(not all(one.is_fine for one in outcomes.values()))


def figure(outcomes: Sequence[Outcome]) -> str:
    """Sums up.

    Args:
        outcomes: of all flips.

    Returns:
        A paragraph for the screen.
    """
    answers = [one.answer for one in outcomes]
    ran = [one for one in outcomes if one.has_run]
    kinds = [one.flip.kind for one in outcomes]
    return (
        f"{len(outcomes)} flipped bits ("
        + ", ".join(f"{kinds.count(kind)} {kind}" for kind in KINDS)
        + f"): {answers.count('found')} found by a check, {answers.count('harmless')} "
        f"that change no value, {answers.count('unnoticed')} unnoticed; "
        f"{len(ran)} judged by runs, {len(outcomes) - len(ran)} by the check alone: "
        f"{sum(one.is_wrong for one in ran)} published, "
        f"{sum(one.failed == 2 for one in ran)} roots blocked, "
        f"{sum(one.failed == 1 for one in ran)} where only the second run worked"
    )


if __name__ == "__main__":
    main()
