"""Added tokens of a checkpoint, as its files declare them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError
from trainer.pretrained.files import read_object
from trainer.pretrained.tokenizer_config import TOKENIZER_CONFIG, content

ADDED_TOKENS = "added_tokens.json"


@dataclass(frozen=True)
class DeclaredToken:
    """One token of one file.

    Attributes:
        path: the file.
        text: the token.
        id: its row in the word embeddings; None if another file has to say it.
        normalized: whether case and accents are dropped before it is looked for.
        special: whether it marks texts, and is not a word.
        lstrip: whether white space before it belongs to it.
        rstrip: whether white space after it belongs to it.
    """

    path: Path
    text: str
    id: int | None
    normalized: bool
    special: bool = False
    lstrip: bool = False
    rstrip: bool = False


def read(folder: Path, keys: Mapping[str, Any]) -> Iterator[DeclaredToken]:
    """Reads the added tokens of both files, as they are declared.

    Args:
        folder: a checkpoint.
        keys: all keys of its tokenizer_config.json.

    Yields:
        Tokens; the same one may come from several files.

    Raises:
        DataError: a file cannot be read, or a token cannot be matched in texts.
    """
    path = folder / TOKENIZER_CONFIG
    for number, token in _object(path, keys, "added_tokens_decoder").items():
        if not str(number).isdecimal() or not isinstance(token, dict):
            raise DataError(
                f"{path}: added_tokens_decoder has {number!r}: {token!r}; it must map "
                "ids to objects with the key content"
            )
        yield _one(path, token, int(number), special=False)
    specials = keys.get("additional_special_tokens") or []
    for token in specials if isinstance(specials, list) else [specials]:
        yield _one(path, token, None, special=True)
    path = folder / ADDED_TOKENS
    if path.exists() or path.is_symlink():
        for text, number in read_object(path).items():
            if type(number) is not int:
                raise DataError(
                    f"{path}: {text!r} has the id {number!r}, which is not a whole "
                    "number; use the file of the checkpoint"
                )
            yield _one(path, text, number, special=False)


def _object(path: Path, keys: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = keys.get(key) or {}
    if not isinstance(found, dict):
        raise DataError(f"{path}: {key} is not an object; use the checkpoint's file")
    return found


def _one(path: Path, token: Any, number: int | None, special: bool) -> DeclaredToken:
    settings = token if isinstance(token, dict) else {}
    text = content(token)
    # Control characters and spaces may be dropped before the token is looked for.
    if not isinstance(text, str) or not text or " " in text or not text.isprintable():
        raise DataError(
            f"{path}: {text!r} cannot be matched in texts: an added token must be "
            "printable, without spaces; use another checkpoint"
        )
    if settings.get("single_word"):
        raise DataError(
            f"{path}: {text!r} has single_word = true, but added tokens are also "
            "matched within words; use another checkpoint"
        )
    special = bool(settings.get("special", special))
    return DeclaredToken(
        path,
        text,
        number,
        bool(settings.get("normalized", not special)),
        special,
        lstrip=bool(settings.get("lstrip")),
        rstrip=bool(settings.get("rstrip")),
    )
