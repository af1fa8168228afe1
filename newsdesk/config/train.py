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
    weight_decay: float = Field(0.01, ge=0.0)
    warmup_ratio: Share = 0.1
    warmup_steps: int | None = Field(None, ge=0)
    clip_norm: float = Field(1.0, gt=0.0)
    layer_decay: float = Field(1.0, gt=0.0, le=1.0)
    lazy_embeddings: bool = False


class Train(Section):
    """How long, with which batches and on which devices the model is trained.

    If `epochs` is None, the number of train rows decides; if `patience` is None, the
    number of epochs. `select_by` names the figure on the eval split that decides which
    epoch is best and when to stop early. `calibrate` fits a temperature on the eval
    split, which changes the probabilities of the model and none of its answers. The
    token ids of a split with more than `memory_rows` rows are in a file; if it is None,
    the memory of the machine or container decides.
    """

    epochs: Number = None
    batch_size: int = Field(32, ge=1)
    accumulation: int = Field(1, ge=1)
    class_weights: Literal["none", "balanced"] | dict[Name, float] = "none"
    label_smoothing: float = Field(0.0, ge=0.0, lt=1.0)
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    xla: Literal["auto", "on", "off"] = "auto"
    strategy: Literal["auto", "one", "mirrored", "multi_worker"] = "auto"
    checkpoint_steps: int = Field(200, ge=1)
    patience: Number = None
    select_by: Literal["auto", SelectBy] = "auto"
    max_minutes: float | None = Field(None, gt=0.0, allow_inf_nan=False)
    calibrate: bool = True
    memory_rows: Number = None
    seed: int = Field(42, ge=0, le=2**31 - 1)

    @field_validator("class_weights", mode="before")
    @classmethod
    def _one_weight_per_label(cls, weights: Any) -> Any:
        if isinstance(weights, dict):
            names = [str(name).strip() for name in weights]
            if twice := [name for name in names if names.count(name) > 1]:
                raise ValueError(f"label {twice[0]!r} has two weights; keep one")
        return weights
