"""What the model card says about how a training ended, and what to try next."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, computed_field

from newsdesk.config.sections import Config
from newsdesk.config.train import SelectBy

_FIGURES: dict[SelectBy, str] = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "loss": "loss",
}
_ADD = "add rows or use a pretrained encoder"
Ended = Literal["epochs", "patience", "max_minutes"]


class TrainedEpoch(BaseModel):
    """One epoch of a training, at its end.

    Attributes:
        number: counted from 1.
        loss: mean over the steps of the epoch, in nats, as the training minimizes it.
        eval_accuracy: share of the eval rows whose label is predicted.
        eval_loss: mean cross-entropy over the eval rows, in nats; None if it is not
            finite.
        eval_macro_f1: mean F1 over the classes of the eval rows.
        learning_rate: of the last step.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    loss: float
    eval_accuracy: float
    eval_loss: float | None = None
    eval_macro_f1: float | None = None
    learning_rate: float | None = None


class Training(BaseModel):
    """How a training ended.

    Attributes:
        epochs: the most epochs that it could have.
        made: the number of the last epoch that was measured on eval.
        best: the number of the epoch whose weights the model has.
        ended: what ended it: all epochs were made, `patience` epochs in a row were not
            better, or `max_minutes` were over.
        patience: epochs without better results that end a training.
        max_minutes: the limit of minutes, None without one.
        select_by: the figure on eval that decides which epoch is best.
        course: the epochs that were measured, in order; older releases did not keep
            them.
    """

    model_config = ConfigDict(frozen=True)

    epochs: int
    made: int
    best: int
    ended: Ended
    patience: int
    max_minutes: float | None = None
    select_by: SelectBy = "accuracy"
    course: list[TrainedEpoch] = []

    @classmethod
    def of_card(cls, card: Any) -> "Training | None":
        """Reads the part of a model card that describes the training.

        Args:
            card: the parsed card; cards of older releases do not have this part.

        Returns:
            The training; None if the card does not describe it.
        """
        try:
            return cls.model_validate(card["training"])
        except (KeyError, TypeError, ValueError):
            return None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """How the training ended, and which weights the model has."""
        weights = f"weights of epoch {self.best}"
        if self.ended == "patience":
            return (
                f"stopped after epoch {self.made} of {self.epochs}: no better eval "
                f"{_FIGURES[self.select_by]} in {_count(self.patience, 'epoch')}; "
                + weights
            )
        if self.ended == "max_minutes":
            return (
                f"stopped in epoch {self.made} of {self.epochs}: train.max_minutes = "
                f"{self.max_minutes:g} is over; {weights}"
            )
        return f"{_count(self.epochs, 'epoch')}; {weights}"

    def advice(self, config: Config) -> str:
        """Says what may make the model better.

        Args:
            config: the configuration of the training.

        Returns:
            The key and a value if more time may help; otherwise what else may help.
        """
        option = self.option(config)
        if self.ended == "max_minutes" and option:
            return f"train longer with --set {option}"
        if self.best == self.made == self.epochs:
            return f"train longer with --set {option} (the last epoch was the best)"
        if option:
            return (
                f"lower the learning rate with --set {option} (no epoch after the "
                "first was better)"
            )
        more = "add rows" if config.model.encoder.is_pretrained else _ADD
        return f"{more} (the last epochs were not better)"

    def option(self, config: Config) -> str | None:
        """Finds a setting that may make the model better.

        Args:
            config: the configuration of the training.

        Returns:
            The key and a value for --set; None if no setting is likely to help.
        """
        if self.ended == "max_minutes" and self.max_minutes:
            return f"train.max_minutes={2 * self.max_minutes:g}"
        if self.best == self.made == self.epochs:
            return f"train.epochs={2 * self.epochs}"
        if self.best == 1 and self.made > 1:
            return f"optimizer.learning_rate={config.optimizer.learning_rate / 3:.1g}"
        return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
