"""The optimizer and train sections."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from newsdesk.config.paths import Name
from newsdesk.config.section import Section, Share

# None is written "auto", because TOML has no null.
Number = Annotated[
    int | None,
    Field(ge=1),
    BeforeValidator(lambda value: None if value == "auto" else value),
]
SelectBy = Literal["accuracy", "macro_f1", "loss"]


class Optimizer(Section):
    """AdamW with linear warmup and decay, counted in optimizer steps."""

    learning_rate: float = Field(1e-3, gt=0.0)
    """The highest learning rate, reached after the warmup."""
    weight_decay: float = Field(0.01, ge=0.0)
    """AdamW's decay of the weights."""
    warmup_ratio: Share = 0.1
    """Share of the steps in which the learning rate rises."""
    warmup_steps: int | None = Field(None, ge=0)
    """The same in steps; replaces `warmup_ratio`."""
    clip_norm: float = Field(1.0, gt=0.0)
    """The longest gradient; longer ones are shortened to it."""
    layer_decay: float = Field(1.0, gt=0.0, le=1.0)
    """Factor by which each layer of a checkpoint learns slower than the one above; 1
    trains all alike."""
    lazy_embeddings: bool = False
    """Updates only the embeddings of tokens that are in the batch."""


class Train(Section):
    """How long, with which batches and on which devices the model is trained."""

    epochs: Number = None
    """Most passes over the train split; `auto` goes by the number of train rows."""
    batch_size: int = Field(32, ge=1)
    """Rows in one batch."""
    accumulation: int = Field(1, ge=1)
    """Batches whose gradients make one optimizer step."""
    class_weights: Literal["none", "balanced"] | dict[Name, float] = "none"
    """How much each row counts: `none`, `balanced`, or a positive weight for each
    label."""
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    """Share of the target that goes to the other labels."""
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """What activations are computed in; `auto` takes 16 bits where they are faster."""
    xla: Literal["auto", "on", "off"] = "auto"
    """Whether XLA compiles the step; `auto` only on GPUs, as XLA is slower on a CPU."""
    strategy: Literal["auto", "one", "mirrored", "multi_worker"] = "auto"
    """Devices: `one`, `mirrored` for all GPUs of a machine, or `multi_worker`; `auto`
    takes the workers that TF_CONFIG names, else all GPUs."""
    checkpoint_steps: int = Field(200, ge=1)
    """Steps between two checkpoints, from which a killed training resumes."""
    patience: Number = None
    """Epochs without a better result after which training ends; with `auto`, the number
    of epochs decides."""
    select_by: Literal["auto", SelectBy] = "auto"
    """The figure on eval that decides which epoch is best; `auto` is `macro_f1` if one
    class has over 80% of the train rows, else `accuracy`."""
    max_minutes: float | None = Field(None, gt=0.0, allow_inf_nan=False)
    """Minutes after which training stops and keeps its best epoch."""
    calibrate: bool = True
    """Fits a temperature on the eval split, so that probabilities mean what they say;
    no answer changes."""
    memory_rows: Number = None
    """A split with more rows has its token ids in a file; with `auto`, the memory of
    the machine or container decides."""
    seed: int = Field(42, ge=0, le=2**31 - 1)
    """Start of all random numbers; it makes a training repeatable."""

    @field_validator("class_weights", mode="before")
    @classmethod
    def _one_weight_per_label(cls, weights: Any) -> Any:
        if isinstance(weights, dict):
            names = [str(name).strip() for name in weights]
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"label {twice[0]!r} has two weights; keep one")
        return weights
