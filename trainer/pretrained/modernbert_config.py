"""config.json of a ModernBERT, and the shapes of its weights."""

from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import Field, model_validator

from trainer.pretrained import names
from trainer.pretrained.encoder_config import EncoderConfig
from trainer.pretrained.names import Names

LayerType = Literal["full_attention", "sliding_attention"]


class Attention(NamedTuple):
    """How the tokens of one block see each other.

    Attributes:
        theta: the base of the wave lengths of rotary positions.
        reach: how many tokens before and behind a token it sees; None if all.
    """

    theta: float
    reach: int | None


class ModernBertConfig(EncoderConfig):
    """A ModernBERT (Warner et al., 2024).

    Older files give `global_rope_theta`, `local_rope_theta` and
    `global_attn_every_n_layers`, newer ones `rope_parameters` and `layer_types`.
    """

    tensor_names: ClassVar[Names] = names.MODERNBERT
    prefixes: ClassVar[tuple[str, ...]] = ("model.",)

    model_type: str = "modernbert"
    pad_token_id: int = Field(50283, ge=0)
    hidden_activation: Literal["gelu"] = "gelu"
    attention_bias: Literal[False] = False
    mlp_bias: Literal[False] = False
    norm_bias: Literal[False] = False
    norm_eps: float = Field(1e-5, gt=0.0)
    embedding_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    attention_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    mlp_dropout: float = Field(0.0, ge=0.0, lt=1.0)
    local_attention: int = Field(128, ge=2)
    global_attn_every_n_layers: int = Field(3, ge=1)
    global_rope_theta: float = Field(160_000.0, gt=0.0)
    local_rope_theta: float | None = Field(10_000.0, gt=0.0)
    layer_types: list[LayerType] | None = None
    rope_parameters: dict[str, Any] | None = None
    rope_scaling: None = None

    @property
    def attentions(self) -> list[Attention]:
        """How tokens see each other, by block."""
        local = self.local_rope_theta or self.global_rope_theta
        kinds = {
            "full_attention": Attention(
                self._theta("full_attention", self.global_rope_theta), None
            ),
            "sliding_attention": Attention(
                self._theta("sliding_attention", local), self.local_attention // 2
            ),
        }
        return [kinds[kind] for kind in self._kinds]

    @property
    def _kinds(self) -> list[LayerType]:
        if self.layer_types is not None:
            return self.layer_types
        every = self.global_attn_every_n_layers
        return [
            "sliding_attention" if number % every else "full_attention"
            for number in range(self.num_hidden_layers)
        ]

    def _theta(self, kind: str, default: float) -> float:
        found = (self.rope_parameters or {}).get(kind)
        return float((found or {}).get("rope_theta", default))

    def tensor_shapes(self, has_pooler: bool) -> dict[str, tuple[int, ...]]:
        """Lists the weights of the encoder.

        Args:
            has_pooler: not used, because no ModernBERT has one.

        Returns:
            Names of tensors and their shapes; matrices are [out, in].
        """
        width, inner = self.hidden_size, self.intermediate_size
        found: dict[str, tuple[int, ...]] = {
            "words/embeddings": (self.vocab_size, width),
            "layer_norm/gamma": (width,),
            "final_layer_norm/gamma": (width,),
        }
        for number in range(self.num_hidden_layers):
            block = f"block_{number}"
            # The norm of the embeddings is also that of the first block.
            if number:
                found[f"{block}/attention_layer_norm/gamma"] = (width,)
            found[f"{block}/query_key_value/kernel"] = (3 * width, width)
            found[f"{block}/mix/kernel"] = (width, width)
            found[f"{block}/feed_forward_layer_norm/gamma"] = (width,)
            found[f"{block}/inner/kernel"] = (2 * inner, width)
            found[f"{block}/outer/kernel"] = (width, inner)
        return {
            self.tensor_names.theirs(name)[0]: shape for name, shape in found.items()
        }

    @model_validator(mode="after")
    def _attention_is_built_in(self) -> "ModernBertConfig":
        if self.hidden_size // self.num_attention_heads % 2:
            raise ValueError(
                "hidden_size / num_attention_heads must be even, because rotary "
                "positions turn pairs of numbers"
            )
        kinds = self.layer_types
        if kinds is not None and len(kinds) != self.num_hidden_layers:
            raise ValueError(
                f"layer_types has {len(kinds)} entries, and num_hidden_layers is "
                f"{self.num_hidden_layers}"
            )
        for kind, found in (self.rope_parameters or {}).items():
            settings = found if isinstance(found, dict) else {"rope_type": found}
            rope_type = settings.get("rope_type", "default")
            theta = settings.get("rope_theta", 1.0)
            if rope_type != "default" or not isinstance(theta, int | float):
                raise ValueError(
                    f"rope_parameters.{kind} is {found!r}; only the rope_type "
                    "'default' with a number as rope_theta is built in"
                )
        return self
