"""The kinds of encoders, and the facts that other modules need about each kind.

A new kind is a section here, an entry in `ENCODERS`, and the functions that the section
names.
"""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from newsdesk.config.paths import LocalPath, Location, files_below
from newsdesk.config.section import Section

Device = Literal["CPU", "GPU"]
# Of every layout in which a checkpoint can have its tokenizer, apart from *.model.
_TOKEN_FILES = (
    *("tokenizer.json", "vocab.txt", "vocab.json", "merges.txt"),
    *("config.json", "tokenizer_config.json", "added_tokens.json"),
)
Operation = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_>]*$")]


class EncoderSection(Section):
    """Base class of the encoder sections; its defaults suit an encoder without files.

    Functions of the trainer are named by dotted strings, because only the nodes that
    call them may import TensorFlow.

    Attributes:
        builder: dotted name of the function that makes the Keras layer, from this
            section, the number of token ids, the longest length and the precision.
        tokenizer: dotted name of the function that reads the tokenizer of a pretrained
            encoder, from this section; None if the text section defines the tokenizer.
        inspector: dotted name of the function that checks the encoder's files without
            TensorFlow, from this section and text.max_length, and returns notes for the
            user; None if the encoder has no files.
        locations: the fields that contain folders or handles of files.
        half_precision: the devices on which 16-bit numbers are possible and faster.
    """

    builder: ClassVar[str]
    tokenizer: ClassVar[str | None] = None
    inspector: ClassVar[str | None] = None
    locations: ClassVar[tuple[str, ...]] = ()
    half_precision: ClassVar[frozenset[Device]] = frozenset({"CPU", "GPU"})

    @property
    def is_pretrained(self) -> bool:
        """Whether the encoder has pretrained weights and its own tokenizer."""
        return self.tokenizer is not None

    @property
    def places(self) -> dict[str, str]:
        """Folders and handles of the encoder's files, by configuration key."""
        return {f"model.encoder.{key}": getattr(self, key) for key in self.locations}

    @property
    def files(self) -> list[str]:
        """All local files of the encoder; none for a handle.

        Raises:
            ConfigError: a folder is missing.
        """
        return [file for place in self.places.values() for file in files_below(place)]

    @property
    def token_files(self) -> list[str]:
        """The local files that decide the token ids.

        Raises:
            ConfigError: a folder is missing.
        """
        return []

    @property
    def token_settings(self) -> dict[str, Any]:
        """The settings that decide the token ids; a section can be made from them."""
        return self.model_dump(mode="json", include={"kind", *self.locations})


class TransformerEncoder(EncoderSection):
    """A transformer that is trained from scratch."""

    builder: ClassVar[str] = "trainer.encoders.transformer.Transformer"
    # On a CPU, a small model loses more time with casts than it gains in its matrices.
    half_precision: ClassVar[frozenset[Device]] = frozenset({"GPU"})

    kind: Literal["transformer"] = "transformer"
    """A transformer that is trained from scratch."""
    width: int = Field(32, ge=1)
    """Width of the vectors; `heads` must divide it."""
    heads: int = Field(2, ge=1)
    """Attention heads of a block."""
    feed_forward: int = Field(32, ge=1)
    """Width of the layer inside a block."""
    blocks: int = Field(1, ge=1)
    """Blocks, one after the other."""
    dropout: float = Field(0.1, ge=0.0, lt=1.0)
    """Dropout in the blocks."""

    @model_validator(mode="after")
    def _heads_divide_width(self) -> "TransformerEncoder":
        if self.width % self.heads:
            raise ValueError(
                f"width {self.width} cannot be divided among {self.heads} heads"
            )
        return self


class CheckpointEncoder(EncoderSection):
    """A text encoder from Hugging Face, in a local folder."""

    builder: ClassVar[str] = "trainer.encoders.checkpoint.build"
    tokenizer: ClassVar[str | None] = (
        "trainer.text.checkpoint_tokenizer.of_checkpoint_encoder"
    )
    inspector: ClassVar[str | None] = (
        "trainer.encoders.inspection.check_checkpoint_encoder"
    )
    locations: ClassVar[tuple[str, ...]] = ("path",)

    kind: Literal["checkpoint"]
    """A text encoder from Hugging Face, in a local folder."""
    path: LocalPath
    """The folder of the checkpoint."""
    trainable: bool = True
    """Whether the encoder is trained; otherwise only the head is."""
    train_layers: int | None = Field(None, ge=1)
    """Trains only so many layers, from the top; by default all."""
    lora_rank: int | None = Field(None, ge=1)
    """Trains changes of this rank to query and value of each layer, and no weight
    itself (LoRA); 8 is usual."""
    recompute: bool = False
    """Saves memory in training: a layer is computed again for its gradient."""

    @model_validator(mode="after")
    def _frozen_layers_are_not_trained(self) -> "CheckpointEncoder":
        if self.train_layers is not None and not self.trainable:
            raise ValueError(
                "train_layers requires trainable = true; remove one of the two"
            )
        return self

    @model_validator(mode="after")
    def _only_trained_layers_are_recomputed(self) -> "CheckpointEncoder":
        if self.recompute and not self.trainable:
            raise ValueError(
                "recompute requires trainable = true; remove one of the two"
            )
        return self

    @model_validator(mode="after")
    def _lora_leaves_all_else_frozen(self) -> "CheckpointEncoder":
        if self.lora_rank is None:
            return self
        if not self.trainable:
            raise ValueError(
                "lora_rank requires trainable = true; remove one of the two"
            )
        if self.train_layers is not None:
            raise ValueError(
                "lora_rank trains no layer itself, so train_layers has no meaning "
                "with it; remove one of the two"
            )
        return self

    @property
    def token_files(self) -> list[str]:
        """The vocabulary, and the existing files that configure the tokenizer.

        Raises:
            ConfigError: the folder is missing.
        """
        folder = Path(self.path)
        names = [Path(file).name for file in self.files if Path(file).parent == folder]
        found = [name for name in _TOKEN_FILES if name in names]
        found += [name for name in names if name.endswith(".model")]
        return [str(folder / name) for name in found]


class HubEncoder(EncoderSection):
    """A BERT from TF Hub or Kaggle Models: handles, or folders of SavedModels."""

    builder: ClassVar[str] = "trainer.encoders.hub.HubBert"
    tokenizer: ClassVar[str | None] = "trainer.hub.preprocessor.of_hub_encoder"
    inspector: ClassVar[str | None] = "trainer.hub.files.check_encoder"
    locations: ClassVar[tuple[str, ...]] = ("path", "preprocess")
    # A SavedModel can compute only in the precision that it was saved with.
    half_precision: ClassVar[frozenset[Device]] = frozenset()

    kind: Literal["hub"]
    """A BERT from TF Hub or Kaggle Models."""
    path: Location
    """Handle or folder of the encoder."""
    preprocess: Location
    """Handle or folder of the preprocessing model that belongs to it."""
    trainable: bool = True
    """Whether the encoder is trained; otherwise only the head is."""
    allow_operations: list[Operation] = []
    """TensorFlow operations of the encoder that are accepted although the allow-list
    lacks them."""

    @property
    def token_files(self) -> list[str]:
        """All files of the preprocessing SavedModel; none for a handle."""
        return files_below(self.preprocess)


DEFAULT_KIND = "transformer"
ENCODERS: dict[str, type[EncoderSection]] = {
    "transformer": TransformerEncoder,
    "checkpoint": CheckpointEncoder,
    "hub": HubEncoder,
}


def kind_of(section: Any) -> Any:
    """Finds the kind of an encoder section, before or after validation.

    Args:
        section: an `EncoderSection`, or the values of one.

    Returns:
        Its kind; the default if it is not given, None for other types.
    """
    if isinstance(section, dict):
        return section.get("kind", DEFAULT_KIND)
    return getattr(section, "kind", None)


Encoder = Annotated[
    Annotated[TransformerEncoder, Tag("transformer")]
    | Annotated[CheckpointEncoder, Tag("checkpoint")]
    | Annotated[HubEncoder, Tag("hub")],
    Discriminator(kind_of),
]
