"""Names and shapes of the weights of a BERT from Hugging Face."""

from trainer.pretrained.bert_config import BertConfig


def tensor_shapes(config: BertConfig, has_pooler: bool) -> dict[str, tuple[int, ...]]:
    """Lists a BERT's weights.

    Args:
        config: its config.json.
        has_pooler: whether a dense layer follows the vector of the first token.

    Returns:
        Names of tensors and their shapes; matrices are [out, in].
    """
    width, inner = config.hidden_size, config.intermediate_size
    shapes: dict[str, tuple[int, ...]] = {}

    def dense(layer: str, out: int = width, into: int = width) -> None:
        shapes[f"{layer}.weight"], shapes[f"{layer}.bias"] = (out, into), (out,)

    def layer_norm(layer: str) -> None:
        shapes[f"{layer}.weight"] = shapes[f"{layer}.bias"] = (width,)

    shapes["embeddings.word_embeddings.weight"] = (config.vocab_size, width)
    positions = config.max_position_embeddings
    shapes["embeddings.position_embeddings.weight"] = (positions, width)
    shapes["embeddings.token_type_embeddings.weight"] = (config.type_vocab_size, width)
    layer_norm("embeddings.LayerNorm")
    if has_pooler:
        dense("pooler.dense")
    for number in range(config.num_hidden_layers):
        block = f"encoder.layer.{number}"
        for part in ("query", "key", "value"):
            dense(f"{block}.attention.self.{part}")
        dense(f"{block}.attention.output.dense")
        layer_norm(f"{block}.attention.output.LayerNorm")
        dense(f"{block}.intermediate.dense", out=inner)
        dense(f"{block}.output.dense", into=inner)
        layer_norm(f"{block}.output.LayerNorm")
    return shapes
