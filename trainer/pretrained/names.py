"""How the families call the tensors of our layers."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """Where the variables of our encoder are in the files of a family.

    Attributes:
        tables: their names of our embedding tables.
        layers: their names of our layers; of several, the outputs are side by side in
            our layer.
        block: what the names of the tensors of a block begin with, before its number.
        of_block: as `layers`, for the layers of a block.
    """

    tables: Mapping[str, str]
    layers: Mapping[str, tuple[str, ...]]
    block: str
    of_block: Mapping[str, tuple[str, ...]]

    def theirs(self, name: str) -> list[str]:
        """Finds the tensors of a variable.

        Args:
            name: of our variable, such as `block_0/mix/kernel`.

        Returns:
            Names of tensors; several are concatenated along their first axis.
        """
        *block, layer, kind = name.split("/")
        if layer in self.tables:
            return [f"{self.tables[layer]}.weight"]
        prefix = f"{self.block}.{block[0].removeprefix('block_')}." if block else ""
        suffix = "weight" if kind in ("kernel", "gamma") else "bias"
        layers = self.of_block if block else self.layers
        return [f"{prefix}{theirs}.{suffix}" for theirs in layers[layer]]


_BERT_EMBEDDINGS = {
    "words": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "types": "embeddings.token_type_embeddings",
}
BERT = Names(
    _BERT_EMBEDDINGS,
    {
        "layer_norm": ("embeddings.LayerNorm",),
        "projection": ("embeddings_project",),
        "pooler": ("pooler.dense",),
    },
    "encoder.layer",
    {
        "query_key_value": (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
        ),
        "mix": ("attention.output.dense",),
        "attention_layer_norm": ("attention.output.LayerNorm",),
        "inner": ("intermediate.dense",),
        "outer": ("output.dense",),
        "output_layer_norm": ("output.LayerNorm",),
    },
)
DISTILBERT = Names(
    _BERT_EMBEDDINGS,
    {"layer_norm": ("embeddings.LayerNorm",)},
    "transformer.layer",
    {
        "query_key_value": ("attention.q_lin", "attention.k_lin", "attention.v_lin"),
        "mix": ("attention.out_lin",),
        "attention_layer_norm": ("sa_layer_norm",),
        "inner": ("ffn.lin1",),
        "outer": ("ffn.lin2",),
        "output_layer_norm": ("output_layer_norm",),
    },
)
MODERNBERT = Names(
    {"words": "embeddings.tok_embeddings"},
    {"layer_norm": ("embeddings.norm",), "final_layer_norm": ("final_norm",)},
    "layers",
    {
        "attention_layer_norm": ("attn_norm",),
        "query_key_value": ("attn.Wqkv",),
        "mix": ("attn.Wo",),
        "feed_forward_layer_norm": ("mlp_norm",),
        "inner": ("mlp.Wi",),
        "outer": ("mlp.Wo",),
    },
)
