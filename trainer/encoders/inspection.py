"""Checks the files of an encoder before a run, without TensorFlow.

Otherwise the Trainer would find the fault, nine nodes later. Reading 90 MB of weights
takes only 0.1 s, so their values are checked as well.
"""

import pkgutil
from pathlib import Path

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.config.sections import Config
from trainer.pretrained import families
from trainer.text import word_pieces

_POOLER = "pooler.dense.weight"


def check(config: Config) -> list[str]:
    """Inspects the files that `text` and `model.encoder` name.

    Args:
        config: the whole configuration.

    Returns:
        Notes for the user about an encoder that can be used, one sentence each.

    Raises:
        ConfigError: texts may be longer than the encoder reads, or a SavedModel is
            incomplete.
        DataError: a file cannot be read, or the files do not fit each other.
    """
    encoder = config.model.encoder
    if encoder.inspector is not None:
        notes: list[str] = pkgutil.resolve_name(encoder.inspector)(
            encoder, config.text.max_length
        )
        return notes
    if config.text.vocabulary:
        word_pieces.read(config.text.vocabulary)
    return []


def check_checkpoint_encoder(encoder: CheckpointEncoder, max_length: int) -> list[str]:
    """Inspects a checkpoint that the configuration names.

    Args:
        encoder: the model.encoder section.
        max_length: text.max_length.

    Returns:
        See `check_checkpoint`.
    """
    notes = check_checkpoint(encoder.path, max_length)
    found = families.read(encoder.path)
    families.check_layers(found, encoder.path, encoder.train_layers)
    families.check_rank(found, encoder.path, encoder.lora_rank)
    return notes


def check_checkpoint(folder: str, max_length: int = 0) -> list[str]:
    """Inspects a checkpoint from Hugging Face, with the values of its weights.

    Args:
        folder: the checkpoint.
        max_length: text.max_length; 0 if no texts are read.

    Returns:
        Notes for the user about a checkpoint that can be used, one sentence each.

    Raises:
        ConfigError: texts may be longer than the encoder reads.
        DataError: a file cannot be read, or the files do not fit each other.
    """
    # Imported here, because they import NumPy, which other encoders never need.
    from trainer.pretrained.tensors import Tensors
    from trainer.text import checkpoint_tokenizer

    found = families.read(folder)
    tokenizer = checkpoint_tokenizer.of_checkpoint(Path(folder))
    tokens, file = len(tokenizer.names), tokenizer.files[0].name
    families.check_size(found, folder, tokens, file, max_length)
    tensors = Tensors(folder, found.prefixes)
    shapes = found.tensor_shapes(has_pooler=_POOLER in tensors)
    tensors.check(shapes)
    tensors.check_values(shapes)
    notes = [tokenizer.assumed] if tokenizer.assumed else []
    if spare := found.vocab_size - tokens:
        notes.append(
            f"{folder}: vocab_size is {found.vocab_size:,} and "
            f"{file} has {tokens:,} tokens: the last "
            f"{spare:,} rows of the word embeddings are never used"
        )
    return notes
