"""Says what TextStatistics found in the texts that harms the model."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.local import node_results

# Above these shares, a note becomes a warning.
_MANY_TRUNCATED = 0.1
_MANY_UNKNOWN = 0.2
_MANY_UNSPACED = 0.1
# A slice with fewer rows is not mentioned.
_SLICE_ROWS = 30
_WARNING = "warning: "


def about_texts(folder: str, tokenizer: str) -> str:
    """Summarizes the statistics of the texts for the line of the node.

    Args:
        folder: the folder of the TextStatisticsOfSplits artifact.
        tokenizer: text.tokenizer of the configuration.

    Returns:
        Sentences, the warnings first; "" if there is nothing to say.
    """
    # Imported here, because a run with nothing to do never needs it.
    from components.text_statistics import slices, statistics

    found = statistics.read(Path(folder))
    by_slice = slices.read(Path(folder))
    notes = [
        node_results.conflicts(folder),
        *_truncated(found, by_slice, tokenizer),
        *_unknown(found, by_slice),
        *(_unspaced(found) if tokenizer == "words" else ()),
    ]
    notes.sort(key=lambda note: not note.startswith(_WARNING))
    return "; ".join(note for note in notes if note)


def _truncated(
    found: Any, by_slice: Mapping[str, Any], tokenizer: str
) -> Iterator[str]:
    split, share = _largest(found.splits, lambda counts: counts.truncated_share)
    if not share:
        return
    worst = _worst_slice(by_slice, share, lambda one: _share(one.truncated, one.rows))
    # Learned pieces are not known yet, so their number is estimated.
    about = "about " if tokenizer == "pieces" else ""
    if share <= _MANY_TRUNCATED and not worst:
        yield f"{about}{share:.1%} of the {split} texts are cut at text.max_length"
        return
    yield (
        f"{_WARNING}{about}{share:.1%} of the {split} texts have more tokens than "
        f"text.max_length = {found.max_length}{worst}, and the model reads only "
        f"a part of these; {found.splits[split].covering} would be enough for 95% of "
        "them"
    )


def _unknown(found: Any, by_slice: Mapping[str, Any]) -> Iterator[str]:
    split, share = _largest(found.splits, lambda counts: counts.unknown_share)
    if share:
        worst = _worst_slice(
            by_slice, share, lambda one: _share(one.unknown, one.tokens)
        )
        start = _WARNING if share > _MANY_UNKNOWN or worst else ""
        yield (
            f"{start}{share:.1%} of the {split} tokens are not in {found.vocabulary}"
            f"{worst}"
        )
    unseen = found.splits["train"].unseen
    if unseen is not None and unseen > _MANY_UNKNOWN:
        yield (
            f"{_WARNING}about {unseen:.0%} of the tokens of a new text will be "
            "unknown, because few words are in enough train rows; add rows, or set "
            'text.tokenizer = "pieces"'
        )


def _unspaced(found: Any) -> Iterator[str]:
    split, share = _largest(
        found.splits, lambda counts: counts.unspaced / max(counts.rows, 1)
    )
    if share and share > _MANY_UNSPACED:
        yield (
            f"{_WARNING}{share:.0%} of the {split} texts have no spaces between words, "
            "so the tokenizer `words` knows few of them; set "
            'text.tokenizer = "pieces"'
        )


def _largest(
    splits: Mapping[str, Any], measure: Callable[[Any], float | None]
) -> tuple[str, float | None]:
    shares = {name: measure(counts) for name, counts in splits.items()}
    split = max(shares, key=lambda name: shares[name] or 0.0)
    return split, shares[split]


def _worst_slice(
    by_slice: Mapping[str, Any], share: float, measure: Callable[[Any], float]
) -> str:
    """Names the slice that is much worse than its split; "" if none is."""
    shares = {
        name: measure(counts)
        for slices in by_slice.values()
        for name, counts in slices.items()
        if counts.rows >= _SLICE_ROWS
    }
    if not shares:
        return ""
    name = max(shares, key=lambda name: shares[name])
    if shares[name] <= max(2 * share, _MANY_TRUNCATED):
        return ""
    return f" ({shares[name]:.1%} where {name})"


def _share(part: int | None, whole: int) -> float:
    return (part or 0) / max(whole, 1)
