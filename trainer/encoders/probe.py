"""Computes token ids and hidden states of texts, to compare a checkpoint's answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.errors import ConfigError
from trainer import encoders
from trainer.encoders.description import longest
from trainer.pretrained import families
from trainer.text import checkpoint_tokenizer
from trainer.text.padding import exchanged
from trainer.tokenizers.graph import Tokenizer

_VALUES = 8
_ROWS_TOGETHER = 16


def answers(
    folder: str, texts: Sequence[str], max_length: int | None = None
) -> Iterator[dict[str, Any]]:
    """Encodes texts as the served model does, in float32 and without dropout.

    Args:
        folder: a checkpoint.
        texts: any texts.
        max_length: tokens of a text, special ones included; longer texts are
            truncated. None for the most that the encoder reads.

    Yields:
        For each text `ids`, as the checkpoint numbers its tokens; `first` and `mean`,
        the first 8 values of the last hidden state of the first token, and of the mean
        over all tokens.

    Raises:
        ConfigError: the encoder does not read so many tokens.
        DataError: a file cannot be read, or the files do not fit each other.
    """
    config = families.read(folder)
    spec = checkpoint_tokenizer.of_checkpoint(Path(folder))
    most, least = longest(config, spec), len(spec.first) + len(spec.last) + 1
    if max_length is not None and not least <= max_length <= config.longest:
        raise ConfigError(
            f"--max-length is {max_length}, but texts of this encoder have {least} to "
            f"{config.longest} tokens; give a number between these"
        )
    length = most if max_length is None else max_length
    encoder = encoders.build(
        CheckpointEncoder(kind="checkpoint", path=str(Path(folder).absolute())),
        len(spec.names),
        length,
    )
    tokenizer = Tokenizer(spec)
    for first in range(0, len(texts), _ROWS_TOGETHER):
        cut = tokenizer(tf.constant(texts[first : first + _ROWS_TOGETHER]))
        ids = tokenizer.with_ends(cut, length)
        ours = tf.cast(exchanged(ids, config.pad_token_id), tf.int32)
        hidden = encoder(ours.to_tensor())
        rows = tf.RaggedTensor.from_tensor(hidden, ids.row_lengths())
        means = tf.reduce_mean(rows, axis=1)
        for row, text_ids in enumerate(ids.to_list()):
            yield {
                "ids": text_ids,
                "first": hidden[row, 0, :_VALUES].numpy().tolist(),
                "mean": means[row, :_VALUES].numpy().tolist(),
            }
