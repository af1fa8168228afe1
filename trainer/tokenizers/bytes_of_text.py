"""The characters by which byte-level tokenizers write bytes."""

import functools
from collections.abc import Mapping

# Bytes that Latin-1 prints; the others are written as characters from 256 on.
_PRINTED = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
# No UTF-8 has this byte, so that it is free for NUL.
NUL_BYTE = b"\xff"


@functools.cache
def by_character() -> Mapping[str, int]:
    """Lists which byte a character of a token stands for.

    Returns:
        256 characters and their bytes.
    """
    rest = [byte for byte in range(256) if byte not in _PRINTED]
    return {chr(byte): byte for byte in _PRINTED} | {
        chr(256 + place): byte for place, byte in enumerate(rest)
    }


def latin(token: str) -> str | None:
    """Writes a token with one character for each byte.

    Args:
        token: of a byte-level vocabulary.

    Returns:
        The same bytes read as Latin-1, with the byte 0xff for NUL; None if no text has
        these bytes.
    """
    known = by_character()
    if not all(known.get(character, 0xFF) != 0xFF for character in token):
        return None
    found = bytes(known[character] for character in token)
    return found.replace(b"\0", NUL_BYTE).decode("latin-1")
