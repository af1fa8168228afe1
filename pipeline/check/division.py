"""Divides rows among splits as TextExampleGen does."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from components.text_example_gen import splits
from components.text_example_gen.strata import Texts, stratify
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
    division = max(plan.values(), key=lambda one: len(one.names))
    texts: dict[int, Texts] = defaultdict(Texts)
    if division.divides:
        for source, row in read():
            if plan[row.split or source].divides:
                texts[row.label].add(splits.hash_of(row.text), division)
    moved = stratify(texts, division).moved
    for source, row in read():
        chosen = plan[row.split or source]
        split = chosen.of(row.text)
        if chosen.divides:
            split = moved.get(splits.hash_of(row.text), split)
        yield split, row
