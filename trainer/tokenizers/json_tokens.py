"""The added tokens of tokenizer.json."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from trainer.tokenizers.part import Part, shown
from trainer.tokenizers.spec import AddedToken, BertNormalizer, Compose, Normalizer

# Each is compared with each that a batch holds.
MOST = 1000


def read(
    root: Part, names: Mapping[int, str], normalizers: Sequence[Normalizer]
) -> Iterator[AddedToken]:
    """Reads the tokens that are matched literally.

    Args:
        root: the whole file.
        names: the tokens of the model by their ids.
        normalizers: what happens to texts before normalized ones are looked for.

    Yields:
        The tokens in the order of the file.

    Raises:
        DataError: a token cannot be matched, or its id contradicts the model.
    """
    ids = {name: number for number, name in names.items()}
    tokens = list(root.parts("added_tokens")) if root.get("added_tokens") else []
    if len(tokens) > MOST:
        root.refuse(
            "added_tokens",
            f"has {len(tokens):,} tokens, and at most {MOST:,} can be matched; use "
            "another checkpoint",
        )
    seen: dict[int, str] = {}
    for token in tokens:
        text, number = token.of_kind("content", str), token.of_kind("id", int)
        if ids.get(text, number) != number or names.get(number, text) != text:
            token.refuse(
                "id",
                f"is {number} for {shown(text)}, but model.vocab has "
                f"{shown(names.get(number, text))} there; use files of one checkpoint",
            )
        if not text or seen.setdefault(number, text) != text:
            token.refuse(
                "content",
                f"is {shown(text)}, whose id {number} is taken; fetch the file again",
            )
        yield _one(token, text, number, normalizers)


def _one(
    token: Part, text: str, number: int, normalizers: Sequence[Normalizer]
) -> AddedToken:
    token.only("single_word", False)
    normalized = token.of_kind("normalized", bool)
    return AddedToken(
        text,
        number,
        matched=_matched(token, text, normalizers) if normalized else text,
        normalized=normalized,
        special=token.of_kind("special", bool),
        lstrip=token.of_kind("lstrip", bool, False),
        rstrip=token.of_kind("rstrip", bool, False),
    )


def _matched(token: Part, text: str, normalizers: Sequence[Normalizer]) -> str:
    for step in normalizers:
        if isinstance(step, BertNormalizer):
            text = without_case_and_accents(text, step)
        elif isinstance(step, Compose):
            text = unicodedata.normalize("NFC", text)
        elif not text.isascii() or not text.isprintable() or " " in text:
            token.refuse(
                "normalized",
                f"is true for {shown(text)}: with this normalizer only printable ASCII "
                "without spaces can be matched; use another checkpoint",
            )
    if not text:
        token.refuse("content", "is nothing but accents; remove it")
    return text


def without_case_and_accents(text: str, step: BertNormalizer) -> str:
    """Drops from a token what is dropped from texts.

    Args:
        text: the token.
        step: what is dropped.

    Returns:
        What is left of it.
    """
    if step.lower_case:
        # Letter by letter: at the end of a word, Σ has another small letter.
        text = "".join(letter.lower() for letter in text)
    if step.strip_accents:
        letters = unicodedata.normalize("NFD", text)
        text = "".join(x for x in letters if unicodedata.category(x) != "Mn")
    return text
