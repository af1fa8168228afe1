"""Reports the progress of a training, in log records and for TensorBoard."""

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import tensorflow as tf

from newsdesk.training import TrainedEpoch
from trainer.training.best import Figures
from trainer.training.memory import peak_memory

_LOGGER = logging.getLogger("newsdesk.progress")
_SECONDS_BETWEEN_RECORDS = 0.5


@dataclass(frozen=True)
class State:
    """The progress of a training, as a progress record carries it.

    Attributes:
        step: optimizer steps made, of `steps`.
        steps: optimizer steps of all epochs.
        epoch: the current epoch, counted from 1, of `epochs`.
        epochs: the most epochs that are trained.
        loss: mean over the last batch, or over all steps at the end of an epoch, in
            nats.
        learning_rate: of the last step.
        rows_per_second: rows trained on, over the seconds of this epoch.
        eval_accuracy: accuracy on the eval split, None before the end of an epoch.
        eval_loss: mean over the eval split, in nats, None before the end of an epoch.
        eval_macro_f1: mean F1 of the classes of the eval split, None before the end of
            an epoch.
        best: whether this epoch is the best so far, None before its end.
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    learning_rate: float
    rows_per_second: float
    eval_accuracy: float | None = None
    eval_loss: float | None = None
    eval_macro_f1: float | None = None
    best: bool | None = None

    def measured(self, figures: Figures, is_best: bool) -> "State":
        """Adds the results on the eval split at the end of an epoch.

        Args:
            figures: the results.
            is_best: whether they are the best so far.

        Returns:
            The state with them.
        """
        results = {f"eval_{name}": value for name, value in asdict(figures).items()}
        return replace(self, **results, best=is_best)

    def trained_epoch(self) -> TrainedEpoch:
        """Keeps of a measured state what the model card says about the epoch.

        Returns:
            The epoch.
        """
        assert self.eval_accuracy is not None and self.eval_loss is not None
        return TrainedEpoch(
            number=self.epoch,
            loss=self.loss,
            eval_accuracy=self.eval_accuracy,
            # JSON has no infinity.
            eval_loss=self.eval_loss if math.isfinite(self.eval_loss) else None,
            eval_macro_f1=self.eval_macro_f1,
            learning_rate=self.learning_rate,
        )


class Progress:
    """Sends states to the logger `newsdesk.progress` and to TensorBoard.

    Args:
        folder: where TensorBoard's event files go.
    """

    def __init__(self, folder: str) -> None:
        self._writer = tf.summary.create_file_writer(folder)
        self._last = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether the last report is long enough ago; false most of the time."""
        return time.monotonic() - self._last >= _SECONDS_BETWEEN_RECORDS

    def report(self, state: State) -> None:
        """Sends a state.

        Args:
            state: reaches handlers as `record.progress`, a dict without values that
                are None, and with `peak_memory`, the peak memory of this process in
                bytes.
        """
        self._last = time.monotonic()
        figures = {
            name: figure for name, figure in asdict(state).items() if figure is not None
        }
        figures["peak_memory"] = peak_memory()
        text = (
            f"epoch {state.epoch}/{state.epochs} step {state.step}/{state.steps} "
            f"loss {state.loss:.4f} rate {state.learning_rate:.2e} "
            f"{state.rows_per_second:.0f} rows/s"
        )
        if state.eval_accuracy is not None:
            text += f" eval accuracy {state.eval_accuracy:.4f}"
            text += f" eval macro F1 {state.eval_macro_f1:.4f}"
            text += f" eval loss {state.eval_loss:.4f}"
            text += " (best so far)" if state.best else ""
        _LOGGER.info(text, extra={"progress": figures})
        with self._writer.as_default(step=state.step):
            for name in ("loss", "learning_rate", "rows_per_second"):
                _write_scalar(f"train/{name}", figures[name])
            for name in ("accuracy", "macro_f1", "loss"):
                if f"eval_{name}" in figures:
                    _write_scalar(f"eval/{name}", figures[f"eval_{name}"])
        self._writer.flush()

    def say(self, sentence: str) -> None:
        """Sends a sentence, which stays on the screen.

        Args:
            sentence: the record has it as its message, and also as `sentence`.
        """
        _LOGGER.info(sentence, extra={"sentence": sentence})

    def resume(self, course: Sequence[TrainedEpoch]) -> None:
        """Hears of the epochs that an earlier process measured; does nothing.

        Args:
            course: the epochs, in order.
        """

    def report_rows(self, done: int, rows: int, rows_per_second: float) -> None:
        """Reports how many rows a frozen encoder has encoded, before the epochs.

        Args:
            done: rows encoded, of `rows`.
            rows: of the split.
            rows_per_second: of this pass.
        """
        self._last = time.monotonic()
        _LOGGER.info(
            f"encoded {done}/{rows} rows {rows_per_second:.0f} rows/s",
            extra={
                "progress": {
                    "step": done,
                    "steps": rows,
                    "rows_per_second": rows_per_second,
                }
            },
        )


def _write_scalar(tag: str, figure: float) -> None:
    """Does the same as tf.summary.scalar, which requires TensorBoard."""
    metadata = tf.compat.v1.SummaryMetadata()
    metadata.plugin_data.plugin_name = "scalars"
    tf.summary.write(tag, tf.constant(figure, tf.float32), metadata=metadata)
