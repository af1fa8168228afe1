"""SentencePiece's character map: a double-array trie and the texts it points to."""

import struct
from collections.abc import Iterator

import numpy as np

from newsdesk.errors import DataError

_HEADER_BYTES = 4
# Looked at together: the trie of Unicode's normal form has some 300,000 nodes.
_NODES = 4096
# No normal form has longer keys; a damaged trie may run in circles.
_LONGEST_KEY_BYTES = 100
_MOST_KEYS = 1_000_000
_LABEL = np.uint32(1 << 31 | 0xFF)


def decode(data: bytes, where: str) -> dict[str, str]:
    """Lists what a character map replaces.

    Args:
        data: the trie's size, the trie, and replacements that end with NUL.
        where: file and key, for an error.

    Returns:
        The replacements of characters and of sequences of them.

    Raises:
        DataError: the map is damaged.
    """
    try:
        size = struct.unpack_from("<I", data)[0]
        units = np.frombuffer(data, "<u4", size // 4, _HEADER_BYTES)
        texts = data[_HEADER_BYTES + size :]
        return {
            key.decode(): texts[start : texts.index(b"\0", start)].decode()
            for key, start in _keys(units)
        }
    except (struct.error, IndexError, ValueError) as error:
        raise DataError(
            f"{where}: the character map is damaged ({error}); fetch the file again"
        ) from None


def _keys(units: np.ndarray) -> Iterator[tuple[bytes, int]]:
    """The keys of the trie, and where their replacements begin."""
    count = 0
    waiting = [(_offsets(units[:1]), [b""])]
    while waiting:
        nodes, keys = waiting.pop()
        if len(keys[0]) > _LONGEST_KEY_BYTES or count > _MOST_KEYS:
            raise ValueError("it has too many keys or too long ones")
        parents, labels = _children(units, nodes)
        places = nodes[parents] ^ labels
        below = places ^ _offsets(units[places])
        longer = [
            keys[parent] + bytes([label])
            for parent, label in zip(parents.tolist(), labels.tolist(), strict=True)
        ]
        is_key = units[places] >> 8 & 1 == 1
        for place in np.flatnonzero(is_key).tolist():
            count += 1
            yield longer[place], int(units[below[place]] & 0x7FFFFFFF)
        for start in range(0, len(longer), _NODES):
            part = slice(start, start + _NODES)
            waiting.append((below[part], longer[part]))


def _children(units: np.ndarray, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of some nodes have children, and by which bytes."""
    labels = np.arange(1, 256)
    places = nodes[:, np.newaxis] ^ labels
    inside = places < len(units)
    found = units[np.where(inside, places, 0)] & _LABEL
    parents, which = np.nonzero(inside & (found == labels))
    return parents, labels[which]


def _offsets(units: np.ndarray) -> np.ndarray:
    wide = units.astype(np.int64)
    return (wide >> 10) << ((wide & 1 << 9) >> 6)
