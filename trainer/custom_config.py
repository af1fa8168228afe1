"""The settings in `custom_config` of Transform and Trainer, checked when they start."""

from typing import Any

from newsdesk.config.encoders import Encoder
from newsdesk.config.model import Model
from newsdesk.config.section import Section
from newsdesk.config.text import Text
from newsdesk.config.train import Optimizer, Train
from newsdesk.config.tune import Tune, Value, with_values


class TransformSettings(Section):
    """The content of Transform's custom_config.

    Attributes:
        learner: the dotted name of a function that learns without Beam; "" to learn
            with Beam.
        learner_on_workers: the dotted name of a function that learns on workers of
            Beam that share only an object store with Transform.
        learned: the file with the words that one of them learned.
    """

    text: Text
    encoder: Encoder
    fingerprint: str
    learner: str = ""
    learner_on_workers: str = ""
    learned: str = ""


class TrainerSettings(Section):
    """The content of the Trainer's custom_config.

    `tuned` has the values, by dotted key, that a tuning has put into the sections.
    """

    text: Text
    model: Model
    optimizer: Optimizer
    train: Train
    labels: list[str]
    text_columns: list[str]
    quoting: str = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    columns: list[str] = []
    tuned: dict[str, Value] = {}
    fingerprint: str


class TunerSettings(TrainerSettings):
    """The content of the Tuner's custom_config."""

    tune: Tune

    @property
    def of_trainer(self) -> dict[str, Any]:
        """The settings of a training with the values of the configuration."""
        changed = {"train.epochs": self.tune.epochs} if self.tune.epochs else {}
        return with_values(self.model_dump(mode="json", exclude={"tune"}), changed)
