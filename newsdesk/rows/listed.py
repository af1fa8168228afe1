"""Names and cells of a file in a sentence."""

from collections.abc import Iterable
from itertools import islice

# In characters; a file without a header has texts where names should be.
_LONGEST = 40
_MOST = 20


def shortened(cell: str) -> str:
    """Cuts a cell that is only an example.

    Args:
        cell: the text of a cell.

    Returns:
        At most 40 characters.
    """
    return cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 3]}..."


def listed(names: Iterable[str]) -> str:
    """Formats names for a sentence.

    Args:
        names: any number of names.

    Returns:
        The first 20, shortened, quoted and separated by commas.
    """
    return ", ".join(repr(shortened(name)) for name in islice(names, _MOST))
