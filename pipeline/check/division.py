"""Divides rows among splits as TextExampleGen does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from components.text_example_gen import splits, strata
from newsdesk.config.data import Data
from newsdesk.rows.labelling import Labelled

# The name of a set of files (a split that has its own files, or `splits.ALL`), and one
# of its rows.
Placed = tuple[str, Labelled]


def names(data: Data) -> list[str]:
    """Lists the splits of a configuration.

    Args:
        data: the data section.

    Returns:
        Their names, train first.
    """
    return list(splits.names_of(splits.divisions(data)))


def divided(data: Data, read: Callable[[], Iterable[Placed]]) -> Iterator[Placed]:
    """Decides the split of every row.

    Args:
        data: the data section.
        read: reads the good rows from the beginning, with the name of their set of
            files.

    Yields:
        The name of the split and the row.
    """
    plan = splits.divisions(data)
    moved = _moved(plan, read())
    for source, row in read():
        division = plan[row.split or source]
        text = splits.hash_of(row.text) if division.divides else 0
        yield moved.get(text) or division.of_hash(text), row


def _moved(
    plan: Mapping[str, splits.Division], rows: Iterable[Placed]
) -> Mapping[int, str]:
    """Finds the texts that the hash alone does not divide, and their splits."""
    texts: dict[int, strata.Texts] = defaultdict(strata.Texts)
    # One division at most has several splits.
    division = max(plan.values(), key=lambda one: len(one.names))
    for source, row in rows:
        if plan[row.split or source].divides:
            texts[row.label].add(splits.hash_of(row.text), division)
    return strata.stratify(texts, division).moved
