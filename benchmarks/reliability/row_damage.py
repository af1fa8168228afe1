"""What happens to files of rows on their way."""

import random
from collections.abc import Callable


def damaged(content: bytes, file_format: str, chance: random.Random) -> bytes:
    """Damages a file in up to five places.

    Args:
        content: of the file.
        file_format: its format.
        chance: decides what happens to it.

    Returns:
        What is left.
    """
    if file_format == "parquet":
        # Flipped bits can end the process of the reader.
        return content[: chance.randrange(1, len(content))]
    damages: tuple[Callable[[bytes, int], bytes], ...] = (
        lambda old, at: _without(old, old.find(b'"', at)),
        lambda old, at: _without(old, old.find(b"\n", at)),
        lambda old, at: _without(old, old.find(b",", at)),
        lambda old, at: old[:at] + b'"' + old[at:],
        lambda old, at: _after(old, old.find(b",", at), b'"'),
        lambda old, at: _after(old, old.find(b"\t", at), b'"'),
        lambda old, at: old[:at] + chance.choice((b",", b"\t")) + old[at:],
        lambda old, at: old[:at] + chance.choice((b"\n", b"\r")) + old[at:],
        lambda old, at: old[:at],
        lambda old, at: old[:at] + old[at + chance.randrange(40) :],
        lambda old, at: old[:at] + old[max(0, at - 40) :],
        lambda old, at: old[:at] + chance.randbytes(3) + old[at:],
        lambda old, at: old[:at] + b"\0" + old[at:],
    )
    for damage in chance.choices(damages, k=chance.randrange(1, 6)):
        content = damage(content, chance.randrange(len(content) + 1))
    return content


def _without(content: bytes, at: int) -> bytes:
    return content if at < 0 else content[:at] + content[at + 1 :]


def _after(content: bytes, at: int, more: bytes) -> bytes:
    return content if at < 0 else content[: at + 1] + more + content[at + 1 :]
