"""Tokens that a checkpoint has besides its vocabulary, as Hugging Face matches them.

They are found in a text before it is cut into word pieces: in the text as it is, or, if
they are `normalized`, in the text without the case and accents that the model ignores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from newsdesk.errors import DataError
from trainer.pretrained import declared_tokens
from trainer.pretrained.declared_tokens import ADDED_TOKENS, DeclaredToken
from trainer.pretrained.tokenizer_config import TokenizerConfig
from trainer.tokenizers.json_tokens import MOST, without_case_and_accents
from trainer.tokenizers.spec import AddedToken, BertNormalizer

# Special whether the files declare them or not.
_STANDARD = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def read(
    folder: Path, config: TokenizerConfig, names: Sequence[str]
) -> tuple[list[str], tuple[AddedToken, ...]]:
    """Reads added_tokens.json and the added tokens of tokenizer_config.json.

    Args:
        folder: a checkpoint.
        config: its tokenizer_config.json.
        names: the tokens of its vocab.txt.

    Returns:
        The texts of tokens that follow vocab.txt, in the order of their ids; and all
        tokens that are matched literally, in the order of their ids.

    Raises:
        DataError: a token cannot be matched as Hugging Face matches it, or its id
            contradicts the vocabulary or another file.
    """
    declared: dict[str, DeclaredToken] = {}
    for one in declared_tokens.read(folder, config.keys):
        # Hugging Face writes each token into both files; tokenizer_config.json says
        # more of it, and comes first.
        known = declared.setdefault(one.text, one)
        if one.id is not None and known.id not in (None, one.id):
            raise DataError(
                f"{one.path}: {one.text!r} has the id {one.id}, and {known.id} in "
                f"{known.path.name}; use files of one checkpoint"
            )
        if known.id is None:
            declared[one.text] = replace(known, id=one.id)
    beyond = _beyond(declared, names)
    places = {name: place for place, name in enumerate([*names, *beyond])}
    found = []
    for one in declared.values():
        if one.text not in places:
            raise DataError(
                f"{one.path}: {one.text!r} is neither in vocab.txt nor in "
                f"{ADDED_TOKENS}, so it has no id; use files of one checkpoint"
            )
        found.append(
            AddedToken(
                text=one.text,
                id=places[one.text],
                matched=_matched(one, config),
                normalized=one.normalized,
                special=one.special or one.text in _STANDARD,
                lstrip=one.lstrip,
                rstrip=one.rstrip,
            )
        )
    _check_apart(folder, found)
    found += [
        AddedToken(text, places[text], text, normalized=False, special=True)
        for text in _STANDARD
        if text in places and text not in declared
    ]
    return beyond, tuple(sorted(found, key=lambda token: token.id))


def _beyond(declared: Mapping[str, DeclaredToken], names: Sequence[str]) -> list[str]:
    """The tokens behind the vocabulary; those within must be where it has them."""
    places = {name: place for place, name in enumerate(names)}
    new: dict[int, DeclaredToken] = {}
    for one in declared.values():
        if one.id is None or places.get(one.text) == one.id:
            continue
        if one.text in places or one.id < len(names):
            there = (
                f"vocab.txt:{places[one.text] + 1} has it with the id "
                f"{places[one.text]}"
                if one.text in places
                else f"vocab.txt:{one.id + 1} has {names[one.id]!r} there"
            )
            raise DataError(
                f"{one.path}: {one.text!r} has the id {one.id}, but {there}; use files "
                "of one checkpoint"
            )
        other = new.setdefault(one.id, one)
        if other is not one:
            raise DataError(
                f"{one.path}: {one.text!r} and {other.text!r} have the id {one.id}; "
                "use files of one checkpoint"
            )
    for place, number in enumerate(sorted(new), len(names)):
        if number != place:
            raise DataError(
                f"{new[number].path}: {new[number].text!r} has the id {number}, but "
                f"the first free id after vocab.txt is {place}; use files of one "
                "checkpoint"
            )
    return [new[number].text for number in sorted(new)]


def _matched(one: DeclaredToken, config: TokenizerConfig) -> str:
    """Drops from a token what is dropped from texts."""
    matched = one.text
    if one.normalized:
        step = BertNormalizer(config.lower_case, config.strips_accents)
        matched = without_case_and_accents(matched, step)
    if not matched:
        raise DataError(f"{one.path}: {one.text!r} is nothing but accents; remove it")
    return matched


def _check_apart(folder: Path, found: Sequence[AddedToken]) -> None:
    if len(found) > MOST:
        raise DataError(
            f"{folder}: has {len(found):,} added tokens, and at most {MOST:,} can be "
            "matched; use another checkpoint"
        )
    seen: dict[tuple[str, bool], AddedToken] = {}
    for token in found:
        other = seen.setdefault((token.matched, token.normalized), token)
        if other is not token:
            raise DataError(
                f"{folder}: the added tokens {other.text!r} and {token.text!r} are "
                "alike without case and accents; use another checkpoint"
            )
