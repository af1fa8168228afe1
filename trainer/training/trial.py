"""A trial of a tuning: a training whose figures on the eval split are all that counts.

It makes the same steps as the Trainer would with the same settings.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from newsdesk import atomic
from newsdesk.training import TrainedEpoch
from trainer.custom_config import TrainerSettings
from trainer.training import strategy, train
from trainer.training.checkpoints import Checkpoints
from trainer.training.job import Job
from trainer.training.progress import Progress

RESULT = "result.json"
_progress = logging.getLogger("newsdesk.progress")


def run_fn(job: Job) -> None:
    """Trains, and writes how the training ended to `RESULT` in `model_run_dir`.

    Args:
        job: what to train; `model_run_dir` keeps checkpoints until the caller removes
            it, and no model is exported.

    Raises:
        Interrupted: a signal asked to stop; all steps are in a checkpoint.
        NewsdeskError: there are no rows, or the loss is not finite.
    """
    settings = TrainerSettings.model_validate(job.custom_config)
    folder = Path(job.model_run_dir)
    with strategy.choose(settings.train).scope():
        fitted, _ = train.fit(
            train.prepare(job, settings),
            settings,
            _Repeating(job.model_run_dir),
            Checkpoints(folder / "checkpoints", writes=strategy.is_chief()),
        )
    atomic.write_text(folder / RESULT, fitted.training.model_dump_json() + "\n")


class _Repeating(Progress):
    """Repeats the figures of epochs that an earlier process has measured.

    Whether a trial is pruned depends on all its epochs.
    """

    def resume(self, course: Sequence[TrainedEpoch]) -> None:
        """Overrides Progress.resume.

        Args:
            course: the epochs, in order.
        """
        for epoch in course:
            figures = {
                "epoch": epoch.number,
                "eval_accuracy": epoch.eval_accuracy,
                "eval_macro_f1": epoch.eval_macro_f1,
                "eval_loss": epoch.eval_loss,
            }
            text = f"epoch {epoch.number} was measured before"
            _progress.info(text, extra={"progress": figures})
