"""Reads tokenizer_config.json of a BERT, and refuses what our tokenizer cannot do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.errors import DataError
from trainer.pretrained.encoder_config import CONFIG
from trainer.pretrained.files import read_object

TOKENIZER_CONFIG = "tokenizer_config.json"
# They cut texts alike: the others are subclasses of the first.
_CLASSES = ("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer")
# By key, what our tokenizer has, what Hugging Face has where nothing is said, and why.
_SETTINGS: dict[str, tuple[tuple[bool | None, ...], bool | None]] = {
    "do_lower_case": ((True, False), True),
    "strip_accents": ((None, True, False), None),
    "tokenize_chinese_chars": ((True,), True),
    "do_basic_tokenize": ((True,), True),
}
_SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
}


@dataclass(frozen=True)
class TokenizerConfig:
    """How a checkpoint's tokenizer prepares texts.

    Attributes:
        lower_case: whether capitals become small letters.
        strip_accents: whether accents are dropped; None: as `lower_case` is.
        assumed: why `lower_case` is a default, in words; "" if the file says it.
        keys: all keys of the file.
    """

    lower_case: bool
    strip_accents: bool | None
    assumed: str
    keys: Mapping[str, Any]

    @property
    def strips_accents(self) -> bool:
        """Whether accents are dropped, said or not."""
        return self.lower_case if self.strip_accents is None else self.strip_accents


def read(folder: Path) -> TokenizerConfig:
    """Reads tokenizer_config.json; without one, Hugging Face's defaults hold.

    Args:
        folder: a checkpoint.

    Returns:
        Its checked values.

    Raises:
        DataError: the file is not JSON, or describes a tokenizer that we do not have.
    """
    path = folder / TOKENIZER_CONFIG
    keys = read_object(path) if path.exists() or path.is_symlink() else {}
    _check_class(folder, keys)
    settings = {key: keys.get(key, default) for key, (_, default) in _SETTINGS.items()}
    for key, (allowed, _) in _SETTINGS.items():
        # By identity, because 1 is not a boolean.
        if not any(settings[key] is value for value in allowed):
            raise DataError(
                f"{path}: {key} is {json.dumps(settings[key])}, and must be "
                f"{' or '.join(json.dumps(value) for value in allowed)}: no other "
                "tokenizer is built in; use another checkpoint"
            )
    for key, token in _SPECIAL.items():
        if (given := content(keys.get(key, token))) != token:
            raise DataError(
                f"{path}: {key} is {given!r}, and must be {token!r}; use a checkpoint "
                "with BERT's own special tokens"
            )
    if keys.get("never_split"):
        raise DataError(
            f"{path}: never_split is {json.dumps(keys['never_split'])[:80]}, and must "
            "be null: no words are kept whole; use another checkpoint"
        )
    assumed = ""
    if "do_lower_case" not in keys:
        assumed = f"{path}: {'has no do_lower_case' if keys else 'is missing'}"
    return TokenizerConfig(
        bool(settings["do_lower_case"]), settings["strip_accents"], assumed, keys
    )


def content(token: Any) -> Any:
    """Finds the text of a token.

    Args:
        token: a string, or an object as Hugging Face writes tokens with settings.

    Returns:
        The string.
    """
    return token.get("content") if isinstance(token, dict) else token


def check_case(found: TokenizerConfig, names: Sequence[str]) -> None:
    """Refuses to assume lower case for a vocabulary that has capitals.

    Args:
        found: what tokenizer_config.json says.
        names: the tokens of vocab.txt.

    Raises:
        DataError: the case of texts is a default, and the vocabulary contradicts it.
    """
    if not found.assumed:
        return
    for line, name in enumerate(names, 1):
        if not name.startswith("[") and name.lower() != name and name.isascii():
            raise DataError(
                f"{found.assumed}, so texts would be lower-cased, but vocab.txt:{line} "
                f'is {name!r}; write {{"do_lower_case": false}} into that file for a '
                "cased model, true for an uncased one"
            )


def _check_class(folder: Path, keys: Mapping[str, Any]) -> None:
    path, key, found = folder / TOKENIZER_CONFIG, "tokenizer_class", None
    if keys.get("auto_map"):
        raise DataError(
            f"{path}: auto_map names Python code in the checkpoint, which is never "
            "run; use a checkpoint without auto_map"
        )
    found = keys.get(key)
    if found is None and (folder / CONFIG).is_file():
        # Older checkpoints name it there.
        path = folder / CONFIG
        found = read_object(path).get(key)
    allowed = [name + suffix for name in _CLASSES for suffix in ("", "Fast")]
    if found is not None and found not in allowed:
        raise DataError(
            f"{path}: {key} is {found!r}, which cuts texts otherwise; only "
            f"{', '.join(_CLASSES)} (or Fast) can be read, so use a checkpoint with "
            "one of them"
        )
