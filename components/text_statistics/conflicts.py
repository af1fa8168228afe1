"""Examples of texts that occur with several labels.

They are in a separate file, because the statistics are published with the model, and a
published model must not contain texts of its training data.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = "conflicts.json"


class Conflict(BaseModel):
    """A text with several labels.

    Attributes:
        text: the beginning of the text.
        labels: the numbers of its labels, sorted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    labels: list[int]

    def shown(self, names: Sequence[str]) -> str:
        """Formats the conflict for a message, with control characters escaped.

        Args:
            names: the names of the labels, in the order of their numbers.

        Returns:
            Such as `'oil falls' ('Business' and 'World')`.
        """
        labels = " and ".join(repr(names[index]) for index in self.labels)
        return f"{self.text!r} ({labels})"


_BY_SPLIT: TypeAdapter[dict[str, list[Conflict]]] = TypeAdapter(
    dict[str, list[Conflict]]
)


def write(conflicts: Mapping[str, list[Conflict]], folder: Path) -> None:
    """Writes the examples of every split.

    Args:
        conflicts: the examples by the name of the split.
        folder: the folder of the statistics.
    """
    (folder / FILE).write_bytes(_BY_SPLIT.dump_json(dict(conflicts)))


def read(folder: Path) -> dict[str, list[Conflict]]:
    """Reads the examples of every split.

    Args:
        folder: the folder of the statistics.

    Returns:
        The examples by the name of the split; {} if the folder has no such file.
    """
    file = folder / FILE
    return _BY_SPLIT.validate_json(file.read_bytes()) if file.exists() else {}
