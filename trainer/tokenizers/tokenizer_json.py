"""Reads tokenizer.json; what it asks for and we do not have is refused by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer.pretrained.files import read_object
from trainer.tokenizers import (
    json_models,
    json_normalizers,
    json_processors,
    json_tokens,
)
from trainer.tokenizers.part import Part
from trainer.tokenizers.settings import Settings
from trainer.tokenizers.spec import (
    BertNormalizer,
    ByteBpe,
    Normalizer,
    Spec,
    Unigram,
    WordPiece,
)

TOKENIZER_JSON = "tokenizer.json"
# A vocabulary of many languages has 17 MB.
_MAX_BYTES = 128 << 20


def read(folder: Path, settings: Settings) -> Spec:
    """Reads a tokenizer from tokenizer.json.

    Args:
        folder: a checkpoint.
        settings: its tokenizer_config.json.

    Returns:
        The tokenizer.

    Raises:
        DataError: the file cannot be read, contradicts itself or tokenizer_config.json,
            or asks for what is not built in.
    """
    path = folder / TOKENIZER_JSON
    root = Part(path, "", read_object(path, _MAX_BYTES))
    names, model = json_models.read(_part(root, "model"), _part(root, "pre_tokenizer"))
    normalizers: tuple[Normalizer, ...] = ()
    if root.get("normalizer") is not None:
        normalizers = tuple(json_normalizers.read(_part(root, "normalizer")))
    _check_together(root, model, normalizers)
    added = tuple(json_tokens.read(root, names, normalizers))
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    if root.get("post_processor") is not None:
        first, last = json_processors.read(_part(root, "post_processor"))
    listed = _names(root, names | {token.id: token.text for token in added})
    _check_settings(settings, model, normalizers)
    return Spec(
        (path, *settings.files),
        listed,
        model,
        normalizers,
        added,
        first,
        last,
        settings.special(listed, first, last, _unknown(model, listed)),
        settings.longest,
    )


def _part(root: Part, key: str) -> Part:
    return Part(root.path, key, root.get(key) or {})


def _names(root: Part, names: Mapping[int, str]) -> tuple[str, ...]:
    for place, number in enumerate(sorted(names)):
        if number != place:
            root.refuse(
                "model.vocab",
                f"has no token with the id {place}, and one with {number}; use files "
                "of one checkpoint",
            )
    return tuple(names[number] for number in range(len(names)))


def _check_together(
    root: Part,
    model: WordPiece | ByteBpe | Unigram,
    normalizers: tuple[Normalizer, ...],
) -> None:
    bert = [isinstance(step, BertNormalizer) for step in normalizers]
    if isinstance(model, WordPiece) and bert != [True]:
        root.refuse(
            "normalizer",
            "must be BertNormalizer alone for WordPiece; use another checkpoint",
        )
    if not isinstance(model, WordPiece) and any(bert):
        root.refuse(
            "normalizer",
            "is BertNormalizer, which is built in for WordPiece alone; use another "
            "checkpoint",
        )


def _check_settings(
    settings: Settings,
    model: WordPiece | ByteBpe | Unigram,
    normalizers: tuple[Normalizer, ...],
) -> None:
    """Refuses two files that differ: Hugging Face's classes take sides silently."""
    said: dict[str, Any] = {}
    for step in normalizers:
        if isinstance(step, BertNormalizer):
            said["do_lower_case"] = step.lower_case
    if isinstance(model, ByteBpe):
        said["add_prefix_space"] = model.prefix_space
    for key, value in said.items():
        settings.check_agrees(key, value, TOKENIZER_JSON)


def _unknown(
    model: WordPiece | ByteBpe | Unigram, names: tuple[str, ...]
) -> str | None:
    if isinstance(model, WordPiece):
        return model.unknown
    return names[model.unknown] if isinstance(model, Unigram) else None
