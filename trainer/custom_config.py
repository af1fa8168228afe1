"""The configuration that reaches a node by value, checked when the node starts."""

from newsdesk.config.encoders import Encoder
from newsdesk.config.section import Section
from newsdesk.config.sections import Model, Optimizer, Text, Train


class TransformSettings(Section):
    """What Transform's custom_config holds."""

    text: Text
    encoder: Encoder
    fingerprint: str


class TrainerSettings(Section):
    """What the Trainer's custom_config holds."""

    text: Text
    model: Model
    optimizer: Optimizer
    train: Train
    labels: list[str]
    text_columns: list[str]
    quoting: str = "auto"
    fingerprint: str
