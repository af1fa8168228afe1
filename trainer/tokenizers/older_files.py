"""Tokenizers in the files that older releases of transformers wrote."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError
from trainer.pretrained import declared_tokens
from trainer.pretrained.files import fault, read_object, read_text
from trainer.tokenizers import charsmap, json_models, sentencepiece
from trainer.tokenizers.part import Part
from trainer.tokenizers.settings import Settings
from trainer.tokenizers.spec import AddedToken, CharacterMap, Spec, Unigram

VOCAB_JSON, MERGES = "vocab.json", "merges.txt"
SENTENCEPIECE = ("sentencepiece.bpe.model", "spiece.model")
_MAX_BYTES = 64 << 20
# Where tokenizer_config.json does not name them.
_USUAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}
# XLM-R's ids: fairseq's special tokens take the places of SentencePiece's first three.
_FIRST = ("<s>", "<pad>", "</s>", "<unk>")
_REPLACED = 3
_UNKNOWN = 3


def read_byte_bpe(folder: Path, settings: Settings) -> Spec:
    """Reads vocab.json and merges.txt, as a RoBERTa has them.

    Args:
        folder: a checkpoint.
        settings: its tokenizer_config.json.

    Returns:
        The tokenizer.

    Raises:
        DataError: a file cannot be read, or the files do not fit each other.
    """
    vocabulary, merges = folder / VOCAB_JSON, folder / MERGES
    prefix_space = settings.keys.get("add_prefix_space", False)
    model = {
        "type": "BPE",
        "vocab": read_object(vocabulary, _MAX_BYTES),
        "merges": _lines(merges),
    }
    cutter = {"type": "ByteLevel", "add_prefix_space": prefix_space}
    found, rules = json_models.read(
        Part(vocabulary, "", model), Part(settings.path, "", cutter)
    )
    names = _in_order(vocabulary, found)
    return _spec(folder, settings, (vocabulary, merges), names, model=rules)


def read_unigram(path: Path, settings: Settings) -> Spec:
    """Reads a SentencePiece model with the ids of an XLM-R.

    Args:
        path: the model.
        settings: the tokenizer_config.json beside it.

    Returns:
        The tokenizer; the last token is <mask>.

    Raises:
        DataError: the file cannot be read, or is of another kind.
    """
    if wrong := fault(path, _MAX_BYTES):
        raise DataError(f"{path}: {wrong}")
    found = sentencepiece.read(path.read_bytes(), str(path))
    if found.type != sentencepiece.ModelType.UNIGRAM:
        raise DataError(
            f"{path}: has model_type {found.type}, and must have 1 (unigram): no other "
            "model is built in; use another checkpoint"
        )
    pieces = found.pieces[_REPLACED:]
    names = (*_FIRST, *(piece.text for piece in pieces), "<mask>")
    if len(set(names)) < len(names):
        raise DataError(
            f"{path}: has a piece twice, or one of {', '.join(_FIRST)} behind the "
            "first three; use the file of an XLM-R"
        )
    scores = (*[0.0] * len(_FIRST), *(piece.score for piece in pieces), 0.0)
    model = Unigram(scores, _UNKNOWN, True, marks_first=True, splits_at_marks=True)
    normalizers: tuple[CharacterMap, ...] = ()
    if found.character_map:
        replacements = charsmap.decode(found.character_map, str(path))
        normalizers = (CharacterMap(replacements),)
    return _spec(
        path.parent, settings, (path,), names, model=model, normalizers=normalizers
    )


def _lines(path: Path) -> list[str]:
    lines = read_text(path, _MAX_BYTES).replace("\r\n", "\n").split("\n")
    if lines[0].startswith("#version"):
        lines = lines[1:]
    return [line for line in lines if line]


def _in_order(path: Path, names: Mapping[int, str]) -> tuple[str, ...]:
    for place, number in enumerate(sorted(names)):
        if number != place:
            raise DataError(
                f"{path}: has no token with the id {place}, and one with {number}; "
                "fetch it again"
            )
    return tuple(names[number] for number in range(len(names)))


def _spec(
    folder: Path,
    settings: Settings,
    files: tuple[Path, ...],
    names: tuple[str, ...],
    **rules: Any,
) -> Spec:
    texts = {key: settings.token(key) or usual for key, usual in _USUAL.items()}
    ids = {name: number for number, name in enumerate(names)}
    for key in ("cls_token", "sep_token", "pad_token"):
        if texts[key] not in ids:
            raise DataError(
                f"{files[0]}: has no token {texts[key]!r}, which is {key} of "
                f"{settings.path.name}; use files of one checkpoint"
            )
    added = {
        text: _special(settings, key, ids[text])
        for key, text in texts.items()
        if text in ids
    }
    for token in _declared(folder, settings, ids):
        added[token.text] = token
    first, last = (ids[texts["cls_token"]],), (ids[texts["sep_token"]],)
    beyond = sorted(
        (token for token in added.values() if token.id >= len(names)),
        key=lambda token: token.id,
    )
    for place, token in enumerate(beyond, len(names)):
        if token.id != place:
            raise DataError(
                f"{folder}: the added token {token.text!r} has the id {token.id}, but "
                f"the first free id is {place}; use files of one checkpoint"
            )
    names = (*names, *(token.text for token in beyond))
    return Spec(
        (*files, *settings.files),
        names,
        added=tuple(added.values()),
        first=first,
        last=last,
        special=settings.special(names, first, last, texts["unk_token"]),
        longest=settings.longest,
        **rules,
    )


def _special(settings: Settings, key: str, number: int) -> AddedToken:
    found = settings.keys.get(key)
    flags = found if isinstance(found, dict) else {}
    text = settings.token(key) or _USUAL[key]
    return AddedToken(
        text,
        number,
        matched=text,
        normalized=False,
        special=True,
        lstrip=bool(flags.get("lstrip")),
        rstrip=bool(flags.get("rstrip")),
    )


def _declared(
    folder: Path, settings: Settings, ids: Mapping[str, int]
) -> Iterator[AddedToken]:
    """The tokens of tokenizer_config.json and added_tokens.json."""
    known: dict[str, declared_tokens.DeclaredToken] = {}
    for token in declared_tokens.read(folder, settings.keys):
        known.setdefault(token.text, token)
    for token in known.values():
        number = ids.get(token.text, token.id)
        if number is None or token.id not in (None, number):
            raise DataError(
                f"{token.path}: {token.text!r} has the id {token.id}, but the "
                f"vocabulary has {number}; use files of one checkpoint"
            )
        if token.normalized and not token.text.isascii():
            raise DataError(
                f"{token.path}: {token.text!r} has normalized = true, which is built "
                "in for ASCII alone in these files; use another checkpoint"
            )
        yield AddedToken(
            token.text,
            number,
            matched=token.text,
            normalized=token.normalized,
            special=token.special,
            lstrip=token.lstrip,
            rstrip=token.rstrip,
        )
