"""The whole configuration: one frozen model per section."""

import math
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from newsdesk.config import tunable
from newsdesk.config.beam import Beam
from newsdesk.config.cluster import Kubeflow
from newsdesk.config.data import Data
from newsdesk.config.encoders import ENCODERS, kind_of
from newsdesk.config.evaluation import Evaluation
from newsdesk.config.gate import Gate
from newsdesk.config.model import Model
from newsdesk.config.paths import LocalPath
from newsdesk.config.push import Push
from newsdesk.config.score import Score
from newsdesk.config.section import Section
from newsdesk.config.text import Text
from newsdesk.config.train import Optimizer, Train
from newsdesk.config.tune import Tune


class Notify(Section):
    """The webhook for failures; `env:NAME` keeps its address secret."""

    url: str = Field(pattern=r"^(https?://.+|env:[A-Za-z_]\w*$)")
    """Address of the webhook, or `env:NAME` to read it from an environment variable."""
    on_success: bool = False
    """Whether successes are posted as well as failures."""


class Output(Section):
    """Where everything is written; by default ./newsdesk/<name>."""

    root: LocalPath | None = None
    """The folder of everything that runs write; by default `./newsdesk/NAME`."""
    checkpoints: LocalPath | None = None
    """The folder of the checkpoints; by default `checkpoints/` below the root."""
    notify: Notify | None = None
    """The webhook that the ends of runs are posted to."""


class Config(Section):
    """The whole configuration of one pipeline."""

    name: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    """Name of the pipeline, which its folders and its runs have."""
    data: Data
    """Where the rows are and what their columns mean."""
    text: Text = Text()
    """How strings become token ids."""
    model: Model = Model()
    """Encoder, pooling and head."""
    optimizer: Optimizer = Optimizer()
    """AdamW."""
    train: Train = Train()
    """How long, with which batches and on which devices the model is trained."""
    tune: Tune | None = None
    """Which settings are tried before training; without it, none."""
    gate: Gate = Gate()
    """Limits that data must keep."""
    evaluation: Evaluation = Evaluation()
    """Limits that a model must keep."""
    push: Push = Push()
    """Where versions are published."""
    score: Score | None = None
    """Which new rows a run answers; without it, none."""
    beam: Beam = Beam()
    """The Beam runner."""
    output: Output = Output()
    """Where everything is written."""
    kubeflow: Kubeflow = Kubeflow()
    """The cluster."""

    @model_validator(mode="before")
    @classmethod
    def _a_pretrained_encoder_has_its_tokenizer(cls, values: Any) -> Any:
        try:
            section = ENCODERS[kind_of(values["model"]["encoder"])]
            text = values.get("text", {})
            if section.tokenizer and "tokenizer" not in text:
                return values | {"text": {**text, "tokenizer": "encoder"}}
        except (AttributeError, KeyError, TypeError):
            pass
        return values

    @model_validator(mode="after")
    def _encoder_and_tokenizer_fit(self) -> "Config":
        encoder = self.model.encoder
        if encoder.is_pretrained != (self.text.tokenizer == "encoder"):
            raise ValueError(
                f"text.tokenizer is {self.text.tokenizer!r} and model.encoder.kind is "
                f"{encoder.kind!r}: a pretrained encoder requires tokenizer 'encoder', "
                "and other encoders do not accept it; remove text.tokenizer"
            )
        return self

    @model_validator(mode="after")
    def _lora_has_one_learning_rate(self) -> "Config":
        decay = self.optimizer.layer_decay
        if getattr(self.model.encoder, "lora_rank", None) and decay != 1:
            raise ValueError(
                f"optimizer.layer_decay is {decay:g}, but it protects pretrained "
                "weights, which model.encoder.lora_rank does not train; remove one of "
                "the two"
            )
        return self

    @model_validator(mode="after")
    def _class_weights_are_of_labels(self) -> "Config":
        weights = self.train.class_weights
        for name, weight in weights.items() if isinstance(weights, dict) else ():
            if name not in self.data.labels:
                raise ValueError(
                    f"train.class_weights has a weight for {name!r}, which is not a "
                    f"label; data.labels has {', '.join(map(repr, self.data.labels))}"
                )
            if not 0 < weight < math.inf:
                raise ValueError(
                    f"train.class_weights: the weight of {name!r} is {weight}; it must "
                    "be a positive number"
                )
        return self

    @model_validator(mode="after")
    def _space_can_be_tuned(self) -> "Config":
        if self.tune and self.train.strategy == "multi_worker":
            raise ValueError(
                "train.strategy is 'multi_worker', but a trial of tune is one process; "
                "choose another strategy, or remove the tune section"
            )
        if self.tune:
            tunable.check(self, self.tune)
        return self

    @property
    def root(self) -> Path:
        """The folder of everything that this pipeline writes."""
        return Path(self.output.root or Path.cwd() / "newsdesk" / self.name)

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints that an interrupted training continues from."""
        return Path(self.output.checkpoints or self.root / "checkpoints")

    @property
    def serving(self) -> str:
        """The folder or address (gs://, s3://) of the published versions."""
        return self.push.destination or str(self.root / "serving")
