"""Divides rows among splits as TextExampleGen does."""

from collections.abc import Callable, Iterable, Iterator

from components.text_example_gen import splits
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
    for source, row in read():
        yield plan[source].of(row.text), row
