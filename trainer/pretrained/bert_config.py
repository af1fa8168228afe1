"""config.json of a BERT, and of the families that share its blocks."""

from typing import ClassVar, Literal

from pydantic import Field

from trainer.pretrained import names
from trainer.pretrained.bert_tensors import Sizes, tensor_shapes
from trainer.pretrained.encoder_config import EncoderConfig
from trainer.pretrained.names import Names


class BertConfig(EncoderConfig):
    """A BERT (Devlin et al., 2018)."""

    tensor_names: ClassVar[Names] = names.BERT
    prefixes: ClassVar[tuple[str, ...]] = ("bert.",)

    model_type: str = "bert"
    hidden_act: Literal["gelu"]
    position_embedding_type: Literal["absolute"] = "absolute"
    is_decoder: Literal[False] = False
    type_vocab_size: int = Field(ge=1)
    layer_norm_eps: float = Field(1e-12, gt=0.0)
    hidden_dropout_prob: float = Field(0.1, ge=0.0, lt=1.0)
    attention_probs_dropout_prob: float = Field(0.1, ge=0.0, lt=1.0)

    @property
    def embedding_width(self) -> int:
        """Width of the embeddings; a projection follows if it is not hidden_size."""
        return self.hidden_size

    @property
    def first_position(self) -> int:
        """The row of the position embeddings that the first token gets."""
        return 0

    @property
    def longest(self) -> int:
        """The most tokens that a text can have, special ones included."""
        return self.max_position_embeddings - self.first_position

    def tensor_shapes(self, has_pooler: bool) -> dict[str, tuple[int, ...]]:
        """Lists the weights of the encoder.

        Args:
            has_pooler: whether a dense layer follows the vector of the first token.

        Returns:
            Names of tensors and their shapes; matrices are [out, in].
        """
        sizes = Sizes(
            self.vocab_size,
            self.max_position_embeddings,
            self.type_vocab_size,
            self.embedding_width,
            self.hidden_size,
            self.intermediate_size,
            self.num_hidden_layers,
        )
        return tensor_shapes(self.tensor_names, sizes, has_pooler)


class ElectraConfig(BertConfig):
    """An ELECTRA (Clark et al., 2020), whose embeddings may have another width."""

    prefixes: ClassVar[tuple[str, ...]] = ("electra.",)

    embedding_size: int = Field(ge=1)

    @property
    def embedding_width(self) -> int:
        """Width of the embeddings; a projection follows if it is not hidden_size."""
        return self.embedding_size


class RobertaConfig(BertConfig):
    """A RoBERTa (Liu et al., 2019), whose positions are counted behind padding's."""

    prefixes: ClassVar[tuple[str, ...]] = ("roberta.", "camembert.", "xlm_roberta.")

    pad_token_id: int = Field(1, ge=0)

    @property
    def first_position(self) -> int:
        """The row of the position embeddings that the first token gets."""
        return self.pad_token_id + 1


class DistilBertConfig(BertConfig):
    """A DistilBERT (Sanh et al., 2019), which has no token types and other keys."""

    tensor_names: ClassVar[Names] = names.DISTILBERT
    prefixes: ClassVar[tuple[str, ...]] = ("distilbert.",)

    hidden_act: Literal["gelu"] = Field(alias="activation")
    hidden_size: int = Field(ge=1, alias="dim")
    num_hidden_layers: int = Field(ge=1, alias="n_layers")
    num_attention_heads: int = Field(ge=1, alias="n_heads")
    intermediate_size: int = Field(ge=1, alias="hidden_dim")
    hidden_dropout_prob: float = Field(0.1, ge=0.0, lt=1.0, alias="dropout")
    attention_probs_dropout_prob: float = Field(
        0.1, ge=0.0, lt=1.0, alias="attention_dropout"
    )
    type_vocab_size: int = Field(0, ge=0, le=0)
    layer_norm_eps: float = 1e-12
