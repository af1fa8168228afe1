"""The normalizer of tokenizer.json."""

import base64
import binascii
from collections.abc import Iterator

from trainer.tokenizers import charsmap
from trainer.tokenizers.part import Part, shown
from trainer.tokenizers.spec import (
    BertNormalizer,
    CharacterMap,
    Compose,
    Normalizer,
    ReplaceSpaces,
    Strip,
)

_BUILT_IN = "BertNormalizer, NFC, Precompiled, Replace of spaces, Sequence, Strip"
# As SentencePiece models were converted; no other pattern is needed.
_SPACES = {"Regex": " {2,}"}


def read(part: Part) -> Iterator[Normalizer]:
    """Reads the steps of a normalizer.

    Args:
        part: the object.

    Yields:
        What happens to texts, in order.

    Raises:
        DataError: a step is not built in.
    """
    if part.type == "Sequence":
        for one in part.parts("normalizers"):
            yield from read(one)
    elif part.type == "BertNormalizer":
        yield _bert(part)
    elif part.type == "NFC":
        yield Compose()
    elif part.type == "Precompiled":
        yield CharacterMap(charsmap.decode(_bytes(part), f"{part.path}: {part.key}"))
    elif part.type == "Strip":
        left, right = (
            part.only("strip_left", True, False),
            part.only("strip_right", True, False),
        )
        yield Strip(left, right)
    elif part.type == "Replace":
        yield _replace(part)
    else:
        part.unknown(_BUILT_IN)


def _bert(part: Part) -> BertNormalizer:
    part.only("clean_text", True)
    part.only("handle_chinese_chars", True)
    lower_case = part.only("lowercase", True, False)
    strip = part.only("strip_accents", None, True, False)
    return BertNormalizer(lower_case, lower_case if strip is None else strip)


def _bytes(part: Part) -> bytes:
    encoded = part.of_kind("precompiled_charsmap", str)
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        part.refuse("precompiled_charsmap", "is not base64; fetch the file again")


def _replace(part: Part) -> ReplaceSpaces:
    if part.get("pattern") != _SPACES:
        part.refuse(
            "pattern",
            f"is {shown(part.get('pattern'))}, and must be {shown(_SPACES)}: no other "
            "pattern is built in; use another checkpoint",
        )
    return ReplaceSpaces(part.of_kind("content", str))
