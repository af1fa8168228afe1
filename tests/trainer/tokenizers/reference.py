"""What the Rust library answers, and what we answer."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf
from tokenizers import Tokenizer

from trainer.text import checkpoint_tokenizer
from trainer.tokenizers import graph

KINDS = ("word_piece", "byte_bpe", "composing_bpe", "unigram")
CORPUS = (
    "It's 12,000 miles; they'll say so... ----- aaaaaa 0000000 naïve café Übung",
    "東京の天気は晴れです。 科学家发现了 Команда выиграла матч الفريق",
    "the goal of the game is the goal, isn't it?  two  spaces\nand lines",
)


def ids(folder: Path, texts: Sequence[str]) -> list[list[int]]:
    """Our ids, without special tokens around them."""
    tokenizer = graph.Tokenizer(checkpoint_tokenizer.read(folder))
    run = tf.function(tokenizer, autograph=False)
    return run(tf.constant(texts)).to_list()


def differing(folder: Path, texts: Sequence[str]) -> list[str]:
    """The texts whose ids are not those of the Rust library."""
    reference = Tokenizer.from_file(str(folder / "tokenizer.json"))
    expected = reference.encode_batch(list(texts), add_special_tokens=False)
    return [
        text
        for text, one, other in zip(texts, ids(folder, texts), expected, strict=True)
        if one != other.ids
    ]
