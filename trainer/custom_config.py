"""The settings in `custom_config` of Transform and Trainer, checked when they start."""

from newsdesk.config.encoders import Encoder
from newsdesk.config.model import Model
from newsdesk.config.section import Section
from newsdesk.config.text import Text
from newsdesk.config.train import Optimizer, Train


class TransformSettings(Section):
    """The content of Transform's custom_config."""

    text: Text
    encoder: Encoder
    fingerprint: str


class TrainerSettings(Section):
    """The content of the Trainer's custom_config."""

    text: Text
    model: Model
    optimizer: Optimizer
    train: Train
    labels: list[str]
    text_columns: list[str]
    quoting: str = "auto"
    encoding: str = "auto"
    delimiter: str = "auto"
    fingerprint: str
