"""Finds the tokenizer of a checkpoint, in whichever layout its folder has."""

import dataclasses
from pathlib import Path

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.errors import DataError
from trainer.pretrained import families
from trainer.pretrained.encoder_config import CONFIG
from trainer.pretrained.files import read_object
from trainer.text import vocab_txt
from trainer.text.vocab_txt import VOCAB_TXT
from trainer.tokenizers import older_files, settings, tokenizer_json
from trainer.tokenizers.older_files import MERGES, SENTENCEPIECE, VOCAB_JSON
from trainer.tokenizers.spec import Spec
from trainer.tokenizers.tokenizer_json import TOKENIZER_JSON

# Their ids are shifted against SentencePiece's; others have their own rules.
_SHIFTED = ("xlm-roberta",)


def of_checkpoint_encoder(encoder: CheckpointEncoder) -> Spec:
    """Reads the tokenizer of a checkpoint that the configuration names.

    Args:
        encoder: the model.encoder section.

    Returns:
        See `of_checkpoint`.
    """
    return of_checkpoint(Path(encoder.path))


def of_checkpoint(folder: Path) -> Spec:
    """Reads the tokenizer of a checkpoint, and compares it with config.json.

    Args:
        folder: a checkpoint as Hugging Face publishes it.

    Returns:
        The tokenizer; its `special` names the id of padding.

    Raises:
        DataError: see `read`; or the tokenizer does not fit the encoder.
    """
    config, spec = families.read(str(folder)), read(folder)
    padding = spec.special.get("pad", config.pad_token_id)
    if padding != config.pad_token_id:
        raise DataError(
            f"{folder / CONFIG}: pad_token_id is {config.pad_token_id}, but "
            f"{spec.files[0].name} gives {spec.names[padding]} the id {padding}; use "
            "files of one checkpoint"
        )
    if not spec.first:
        raise DataError(
            f"{spec.files[0]}: puts no special token before a text, but a "
            f"{config.model_type} was trained with one; save the tokenizer with its "
            "post_processor"
        )
    return dataclasses.replace(spec, special={**spec.special, "pad": padding})


def read(folder: Path) -> Spec:
    """Reads the tokenizer of a checkpoint, without TensorFlow.

    tokenizer.json comes before older files, as in transformers.

    Args:
        folder: a checkpoint as Hugging Face publishes it.

    Returns:
        The tokenizer, for `graph.Tokenizer`.

    Raises:
        DataError: no file has a tokenizer, a file cannot be read, or asks for what is
            not built in.
    """
    if _exists(folder / TOKENIZER_JSON):
        return tokenizer_json.read(folder, settings.read(folder))
    if _exists(folder / VOCAB_TXT):
        return vocab_txt.read(folder)
    if _exists(folder / VOCAB_JSON) or _exists(folder / MERGES):
        return older_files.read_byte_bpe(folder, settings.read(folder))
    for name in SENTENCEPIECE:
        if _exists(folder / name):
            _check_shifted(folder, name)
            return older_files.read_unigram(folder / name, settings.read(folder))
    raise DataError(
        f"{folder}: has no tokenizer; give {TOKENIZER_JSON}, or {VOCAB_TXT}, or "
        f"{VOCAB_JSON} and {MERGES}, or {SENTENCEPIECE[0]}, as the checkpoint has it"
    )


def _exists(path: Path) -> bool:
    # A broken link is a file that cannot be read, not one that is missing.
    return path.exists() or path.is_symlink()


def _check_shifted(folder: Path, name: str) -> None:
    path = folder / CONFIG
    found = read_object(path).get("model_type") if _exists(path) else _SHIFTED[0]
    if found not in _SHIFTED:
        raise DataError(
            f"{folder / name}: ids of a SentencePiece model are built in for "
            f"{', '.join(_SHIFTED)}, and model_type is {found!r} in {CONFIG}; save "
            f"the checkpoint with {TOKENIZER_JSON}"
        )
