"""Describes a checkpoint for people, without TensorFlow."""

from pathlib import Path

from trainer.pretrained import families
from trainer.pretrained.encoder_config import EncoderConfig
from trainer.pretrained.shards import some
from trainer.pretrained.tensors import Tensors
from trainer.text import checkpoint_tokenizer
from trainer.tokenizers.spec import Spec


def describe(folder: str) -> dict[str, str]:
    """Describes what a checkpoint is and what of it would be loaded.

    Args:
        folder: a checkpoint that `inspection.check_checkpoint` accepts.

    Returns:
        Facts by a word each, in the order to show them.

    Raises:
        DataError: a file cannot be read.
    """
    config = families.read(folder)
    tokenizer = checkpoint_tokenizer.of_checkpoint(Path(folder))
    tensors = Tensors(folder, config.prefixes)
    shapes = config.tensor_shapes("pooler.dense.weight" in tensors)
    weights = sum(_product(shape) for shape in shapes.values())
    files = tensors.files
    return {
        "family": config.model_type,
        "sizes": (
            f"{config.num_hidden_layers} layers, width {config.hidden_size}, "
            f"{config.num_attention_heads} heads, feed-forward "
            f"{config.intermediate_size}, {config.vocab_size:,} embeddings"
        ),
        "tokenizer": (
            f"{tokenizer.kind}, {len(tokenizer.names):,} tokens, from "
            f"{some([file.name for file in tokenizer.files])}"
        ),
        "special": _special(tokenizer),
        "longest": f"{longest(config, tokenizer):,} tokens, special ones included",
        "loaded": (
            f"{len(shapes)} tensors of {weights:,} numbers "
            f"({', '.join(tensors.dtypes())}) from {some(files)}"
        ),
        "ignored": some(sorted(tensors.ignored)) or "nothing",
    }


def longest(config: EncoderConfig, tokenizer: Spec) -> int:
    """Finds how many tokens a text may have.

    Args:
        config: the config.json of a checkpoint.
        tokenizer: its tokenizer.

    Returns:
        The smaller limit of the two, with special tokens.
    """
    return min(config.longest, tokenizer.longest or config.longest)


def _special(tokenizer: Spec) -> str:
    found = [
        f"{key} {tokenizer.names[number]} ({number})"
        for key, number in sorted(tokenizer.special.items())
    ]
    first, last = (
        " ".join(tokenizer.names[number] for number in ids)
        for ids in (tokenizer.first, tokenizer.last)
    )
    return f"{', '.join(found)}; a text is {first} ... {last}".rstrip()


def _product(shape: tuple[int, ...]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
