"""The rules of the gate section: each compares one measured value with its limit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SplitStatistics, TextStatistics
from newsdesk.config.gate import Gate

_EXAMPLES = 2
_NAMED = 5


@dataclass(frozen=True)
class Judged:
    """The result of one rule.

    Attributes:
        rule: the key of the rule in the gate section.
        split: the split that was measured.
        value: the measured value; None if the rule was skipped.
        limit: the value that the configuration allows.
        reason: the finding in words, or why the rule was skipped.
        holds: whether the data keeps the rule; None if the rule was skipped.
        labels: the labels that break the rule, if it measures labels.
    """

    rule: str
    split: str
    value: float | None
    limit: float
    reason: str
    holds: bool | None
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.reason} (rule gate.{self.rule} = {self.limit:g}, '{self.split}')"


def judge(
    rules: Gate,
    now: TextStatistics,
    labels: list[str],
    before: TextStatistics | None,
    reference: str,
    conflicts: Mapping[str, Sequence[Conflict]],
) -> list[Judged]:
    """Applies every rule that has a limit.

    Args:
        rules: the gate section.
        now: statistics of the data.
        labels: the names of the classes, in the order of their numbers.
        before: statistics of the data that trained the model in service, if any.
        reference: what messages call that data, or why there are no statistics of it.
        conflicts: examples of texts with several labels, by split.

    Returns:
        The result of each rule.
    """
    found = [
        *(one for split in now.splits for one in _alone(rules, now, split)),
        *_conflicts(rules, now, labels, conflicts),
        *_unknown(rules, now, before, reference),
        *_truncated(rules, now),
        *_overlap(rules, now),
        *_tested(rules, now, labels),
    ]
    if before is None:
        found += _waiting(rules, reference)
    else:
        found += _compared(rules, now.splits["train"], before, labels, reference)
    return found


def cut(share: float, counted: SplitStatistics, max_length: int | None) -> str:
    """Says how many texts are cut, and what would help.

    Args:
        share: of the texts.
        counted: the statistics of their split.
        max_length: the text.max_length of the run.

    Returns:
        A sentence without its end.
    """
    return (
        f"{share:.1%} of the texts have more tokens than text.max_length = "
        f"{max_length}, and the model reads only a part of these; "
        f"{counted.covering} would be enough for 95% of the texts"
    )


def _alone(rules: Gate, now: TextStatistics, split: str) -> Iterator[Judged]:
    """Applies the rules that measure one split."""
    counted = now.splits[split]
    rows = max(counted.rows, 1)
    empty = counted.empty / rows
    yield from _at_most(
        rules,
        "max_empty_share",
        split,
        empty,
        f"{empty:.1%} of the texts have no token",
    )
    same = counted.duplicate_share
    yield from _at_most(
        rules,
        "max_duplicate_share",
        split,
        same,
        f"{same:.1%} of the rows repeat the text of another",
    )


def _conflicts(
    rules: Gate,
    now: TextStatistics,
    labels: list[str],
    conflicts: Mapping[str, Sequence[Conflict]],
) -> Iterator[Judged]:
    """Limits the rows whose text has several labels."""
    # No model can be right on all rows of such a text.
    for split, counted in now.splits.items():
        share = counted.conflict_share
        reason = f"{share:.1%} of the rows have a text that occurs with another label"
        shown = [one.shown(labels) for one in conflicts.get(split, ())]
        if shown:
            reason += f", such as {', '.join(shown[:_EXAMPLES])}"
        yield from _at_most(rules, "max_conflict_share", split, share, reason)


def _unknown(
    rules: Gate, now: TextStatistics, before: TextStatistics | None, reference: str
) -> Iterator[Judged]:
    """Limits the unknown tokens beyond those that a learned vocabulary always lacks."""
    rule, limit = "max_unknown_share", rules.max_unknown_share
    if limit is None:
        return
    is_learned = now.splits["train"].unseen is not None
    learned = before.splits["train"].unseen if before else None
    expected = learned if is_learned else 0.0
    for split, counted in now.splits.items():
        if counted.unknown is None or expected is None:
            why = "no vocabulary was given, and no model in service has one"
            if counted.unknown is not None:
                why = f"the expected share of unknown tokens is not known: {reference}"
            yield Judged(rule, split, None, limit, why, None)
            continue
        share = counted.unknown / max(counted.tokens, 1)
        reason = f"{share:.1%} of the tokens are not in {now.vocabulary}"
        if is_learned:
            reason += f"; {expected:.1%} are expected from {reference}"
        yield from _at_most(rules, rule, split, max(share - expected, 0.0), reason)


def _truncated(rules: Gate, now: TextStatistics) -> Iterator[Judged]:
    rule, limit = "max_truncated_share", rules.max_truncated_share
    if limit is None:
        return
    for split, counted in now.splits.items():
        share = counted.truncated_share
        if share is None:
            why = "the statistics do not have the texts that are cut"
            yield Judged(rule, split, None, limit, why, None)
            continue
        reason = cut(share, counted, now.max_length)
        yield from _at_most(rules, rule, split, share, reason)


def _overlap(rules: Gate, now: TextStatistics) -> Iterator[Judged]:
    train = now.splits["train"]
    for split, counted in now.splits.items():
        if split != "train":
            share = counted.share_within(train)
            yield from _at_most(
                rules,
                "max_overlap_share",
                split,
                share,
                f"{share:.1%} of the texts also occur in the train split",
            )


def _tested(rules: Gate, now: TextStatistics, labels: list[str]) -> Iterator[Judged]:
    """Requires rows of every label in the split that decides."""
    # Every model gets the same figures for a label without rows.
    split = "test" if "test" in now.splits else "eval"
    counts = now.splits[split].labels
    rows, label = min((counts.get(place, 0), name) for place, name in enumerate(labels))
    few = tuple(
        name
        for place, name in enumerate(labels)
        if counts.get(place, 0) < (rules.min_tested_rows or 0)
    )
    reason = f"{rows:,} rows are labelled {label!r}"
    if few:
        reason = f"{_counted(now, split, labels, few)}; {_remedy(few)}"
    for one in _at_least(rules, "min_tested_rows", split, rows, reason):
        yield replace(one, labels=few)


def _counted(
    now: TextStatistics, split: str, labels: list[str], few: Sequence[str]
) -> str:
    """Says how many rows of a label are in the tested split, and in all splits."""
    shown = []
    for name in few[:_NAMED]:
        place = labels.index(name)
        rows = now.splits[split].labels.get(place, 0)
        total = sum(one.labels.get(place, 0) for one in now.splits.values())
        shown.append(f"{rows:,} of the {total:,} rows labelled {name!r}")
    if more := len(few) - len(shown):
        shown.append(f"too few rows of {more} more labels")
    return f"the {split} split has only {', '.join(shown)}"


def _remedy(few: Sequence[str]) -> str:
    them, labels = ("it", "label") if len(few) == 1 else ("them", "labels")
    return (
        f"add rows of the {labels}, merge {them} into another label with "
        f"data.merge_labels, or leave {them} out with data.drop_labels"
    )


def _compared(
    rules: Gate,
    now: SplitStatistics,
    reference_data: TextStatistics,
    labels: list[str],
    reference: str,
) -> Iterator[Judged]:
    """Compares the train split with the data of the model in service."""
    before = reference_data.splits["train"]
    moved, label = _label_shift(now, before, labels)
    yield from _at_most(
        rules,
        "max_label_shift",
        "train",
        abs(moved),
        f"the share of {label!r} moved by {moved * 100:+.1f} points since {reference}",
    )
    length, was = now.tokens / max(now.rows, 1), before.tokens / max(before.rows, 1)
    ratio = max(length, was) / max(min(length, was), 1e-9)
    yield from _at_most(
        rules,
        "max_length_ratio",
        "train",
        ratio,
        f"a text has {length:.1f} tokens on average, and {was:.1f} in {reference}",
    )
    yield from _at_least(
        rules,
        "min_row_ratio",
        "train",
        now.rows / max(before.rows, 1),
        f"there are {now.rows:,} rows, and {before.rows:,} in {reference}",
    )
    new = round((1 - now.share_within(before)) * now.rows)
    yield from _at_least(
        rules,
        "min_new_rows",
        "train",
        new,
        f"{new:,} rows are not in {reference}",
    )


def _waiting(rules: Gate, why: str) -> Iterator[Judged]:
    """Skips the rules that compare with the model in service."""
    for rule in (
        "max_label_shift",
        "max_length_ratio",
        "min_row_ratio",
        "min_new_rows",
    ):
        if (limit := getattr(rules, rule)) is not None:
            yield Judged(rule, "train", None, limit, why, None)


def _label_shift(
    now: SplitStatistics, before: SplitStatistics, labels: list[str]
) -> tuple[float, str]:
    """Finds the label whose share changed most; returns the change and the name."""
    return max(
        (
            (
                now.labels.get(place, 0) / max(now.rows, 1)
                - before.labels.get(place, 0) / max(before.rows, 1),
                label,
            )
            for place, label in enumerate(labels)
        ),
        key=lambda found: abs(found[0]),
    )


def _at_most(
    rules: Gate, rule: str, split: str, value: float, reason: str
) -> Iterator[Judged]:
    limit = getattr(rules, rule)
    if limit is not None:
        yield Judged(rule, split, value, limit, reason, value <= limit)


def _at_least(
    rules: Gate, rule: str, split: str, value: float, reason: str
) -> Iterator[Judged]:
    limit = getattr(rules, rule)
    if limit is not None:
        yield Judged(rule, split, value, limit, reason, value >= limit)
