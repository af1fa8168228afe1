"""Collects the rows of a source into batches of tf.Examples by split.

Rows move in batches, because passing an element costs Beam more than reading a row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tensorflow.core.example.example_pb2 import Example

from components.text_example_gen.splits import Division, hash_of
from newsdesk import features
from newsdesk.rows.labelling import Labelled

SIZE = 500


@dataclass
class Batch:
    """Rows that have the same split by their hashes.

    Attributes:
        split: that split.
        rows: serialized tf.Examples.
        hashes: the hash of the text of each row; empty if no text may move.
    """

    split: str
    rows: list[bytes]
    hashes: list[int]


class Batches:
    """The rows of one source that are not yet sent on."""

    def __init__(
        self, division: Division, by_value: Mapping[str, Division] | None = None
    ) -> None:
        """Begins without rows.

        Args:
            division: how the rows are divided.
            by_value: how they are divided if a column says their split.
        """
        self._division = division
        self._by_value = by_value or {}
        self._filling: dict[str, Batch] = {}

    def add(self, row: Labelled) -> Batch | None:
        """Adds a row.

        Args:
            row: text, label and slices.

        Returns:
            A batch if it is full now.
        """
        division = self._by_value.get(row.split, self._division)
        if not division.divides:
            return self._put(row, division.names[0], None)
        text = hash_of(row.text)
        return self._put(row, division.of_hash(text), text)

    def rest(self) -> Iterable[Batch]:
        """Returns the batches that are not full."""
        return self._filling.values()

    def _put(self, row: Labelled, split: str, text: int | None) -> Batch | None:
        if split not in self._filling:
            self._filling[split] = Batch(split, [], [])
        batch = self._filling[split]
        batch.rows.append(serialized(row))
        if text is not None:
            batch.hashes.append(text)
        return self._filling.pop(split) if len(batch.rows) == SIZE else None


def serialized(row: Labelled) -> bytes:
    """Makes a tf.Example.

    Args:
        row: text, label and slices.

    Returns:
        The serialized proto: text and each slice as a bytes value, label as an int64.
    """
    example = Example()
    feature = example.features.feature
    feature[features.TEXT].bytes_list.value.append(row.text.encode())
    feature[features.LABEL].int64_list.value.append(row.label)
    for name, value in row.slices.items():
        feature[name].bytes_list.value.append(value.encode())
    # By default, protobuf does not order the features, and equal rows must give equal
    # bytes.
    return bytes(example.SerializeToString(deterministic=True))
