"""Shapes of the weights of a BERT, and of the families that share its blocks."""

from typing import NamedTuple

from trainer.pretrained.names import Names

Shapes = dict[str, tuple[int, ...]]


class Sizes(NamedTuple):
    """The numbers that decide the shapes.

    Attributes:
        tokens: rows of the word embeddings.
        positions: rows of the position embeddings.
        types: rows of the token type embeddings; 0 if the family has none.
        embedding: width of these embeddings.
        width: width of hidden states.
        inner: width between the two feed-forward products.
        blocks: number of blocks.
    """

    tokens: int
    positions: int
    types: int
    embedding: int
    width: int
    inner: int
    blocks: int


def tensor_shapes(names: Names, sizes: Sizes, has_pooler: bool) -> Shapes:
    """Lists the weights.

    Args:
        names: how the family calls its tensors.
        sizes: its sizes.
        has_pooler: whether a dense layer follows the vector of the first token.

    Returns:
        Names of tensors and their shapes; matrices are [out, in].
    """
    width, embedding = sizes.width, sizes.embedding
    shapes: Shapes = {}

    def dense(name: str, out: int = width, into: int = width) -> None:
        for theirs in names.theirs(f"{name}/kernel"):
            shapes[theirs] = (out, into)
        for theirs in names.theirs(f"{name}/bias"):
            shapes[theirs] = (out,)

    def layer_norm(name: str, size: int = width) -> None:
        for kind in ("gamma", "beta"):
            shapes[names.theirs(f"{name}/{kind}")[0]] = (size,)

    rows = {"words": sizes.tokens, "positions": sizes.positions, "types": sizes.types}
    for table, count in rows.items():
        if count:
            shapes[names.theirs(f"{table}/embeddings")[0]] = (count, embedding)
    layer_norm("layer_norm", embedding)
    if embedding != width:
        dense("projection", into=embedding)
    if has_pooler:
        dense("pooler")
    for number in range(sizes.blocks):
        block = f"block_{number}"
        dense(f"{block}/query_key_value")
        dense(f"{block}/mix")
        layer_norm(f"{block}/attention_layer_norm")
        dense(f"{block}/inner", out=sizes.inner)
        dense(f"{block}/outer", into=sizes.inner)
        layer_norm(f"{block}/output_layer_norm")
    return shapes
