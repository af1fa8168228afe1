"""How many rows have each length.

They are in a separate file, because the statistics are published with the model, and
older releases refuse statistics with fields that they do not know.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

FILE = "lengths.json"

_BY_SPLIT: TypeAdapter[dict[str, dict[int, int]]] = TypeAdapter(
    dict[str, dict[int, int]]
)


def write(lengths: Mapping[str, dict[int, int]], folder: Path) -> None:
    """Writes the lengths of every split.

    Args:
        lengths: rows by number of tokens, by the name of the split.
        folder: the folder of the statistics.
    """
    (folder / FILE).write_bytes(_BY_SPLIT.dump_json(dict(lengths)))


def read(folder: Path) -> dict[str, dict[int, int]]:
    """Reads the lengths of every split.

    Args:
        folder: the folder of the statistics.

    Returns:
        Rows by number of tokens, by the name of the split; {} if an older release wrote
        the folder.
    """
    file = folder / FILE
    return _BY_SPLIT.validate_json(file.read_bytes()) if file.exists() else {}
