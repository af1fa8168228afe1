"""Runs the trials of a tuning one after another, each in its own process."""

import errno
import logging
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from newsdesk import standby
from newsdesk.config.tunable import whole_keys
from newsdesk.config.tune import Value, value_of, with_values
from newsdesk.errors import Interrupted, NewsdeskError
from newsdesk.training import Training
from newsdesk.tuning import FIGURES, Trial, TrialState, Tuning, shown
from trainer.custom_config import TunerSettings
from trainer.launch import launch
from trainer.training.job import Job
from trainer.tuning.proposals import Proposals, Proposed
from trainer.tuning.records import Records
from trainer.tuning.watch import Pruned, Watch, finite

_progress = logging.getLogger("newsdesk.progress")
MODULE = "trainer.trial"
_IMPORTS = ["trainer.training.trial"]
# If so many trials fail and none is done, the fault is not in their values.
_MOST_FAILURES = 5
_RESULT = "result.json"


class Search:
    """Runs the trials of a tuning.

    Args:
        settings: the Tuner's.
        job: the files of a trial.
        records: of the finished trials.
        module: what `python -m` runs for a trial.
    """

    def __init__(
        self, settings: TunerSettings, job: Job, records: Records, module: str = MODULE
    ) -> None:
        self._tune = settings.tune
        self._settings = settings.of_trainer
        self._job = job
        self._records = records
        self._module = module
        self._proposals = Proposals(settings.tune, whole_keys(settings))

    def run(self) -> Tuning:
        """Runs the trials that are not finished.

        Returns:
            All trials.

        Raises:
            Interrupted: see `trainer.tune.tune_fn`.
            NewsdeskError: see `trainer.tune.tune_fn`.
            OSError: see `trainer.tune.tune_fn`.
        """
        trials = self._records.read()[: self._tune.trials]
        if trials:
            _say(f"tuning continues after {len(trials)} of {self._tune.trials} trials")
        while len(trials) < self._tune.trials:
            trials.append(self._trial(trials))
            self._records.write(trials)
            _say(self._line(trials[-1]))
            self._refuse_failures(trials)
        return Tuning(metric=self._tune.metric, trials=trials)

    def _trial(self, finished: Sequence[Trial]) -> Trial:
        number = len(finished) + 1
        configured = None if finished else self._configured()
        proposed = self._proposals.begin(finished, number, configured)
        for trial in finished:
            if trial.values == proposed.values and trial.state is TrialState.DONE:
                # The same values give the same figures.
                reason = trial.reason or f"same values as trial {trial.number}"
                changes = {"number": number, "seconds": 0.0, "reason": reason}
                return trial.model_copy(update=changes)
        return self._measured(number, proposed)

    def _configured(self) -> dict[str, Value | None]:
        return {key: value_of(self._settings, key) for key in self._tune.space}

    def _measured(self, number: int, proposed: Proposed) -> Trial:
        began = time.monotonic()
        watch = Watch(self._tune.metric, proposed, number, self._tune.trials)
        if self._module == MODULE and number < self._tune.trials:
            watch.begin = _prepare
        folder = self._records.trial_folder(number)
        ended: dict[str, Any]
        try:
            launch(self._of(proposed.values, folder), self._module, watch.hear)
            training = Training.model_validate_json((folder / _RESULT).read_bytes())
            watch.course = [self._figure(epoch) for epoch in training.course]
            figure = watch.course[training.best - 1]
            ended = {"state": TrialState.DONE, "metric": figure}
            if figure is None:
                reason = f"the eval {FIGURES[self._tune.metric]} is not finite"
                ended = {"state": TrialState.FAILED, "reason": reason}
        except Pruned:
            reason = f"worse than half of the trials after epoch {len(watch.course)}"
            ended = {"state": TrialState.PRUNED, "reason": reason}
        except Interrupted:
            raise
        except (NewsdeskError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            ended = {"state": TrialState.FAILED, "reason": str(error)}
        shutil.rmtree(folder, ignore_errors=True)
        return Trial(
            number=number,
            values=proposed.values,
            course=watch.course,
            seconds=round(time.monotonic() - began, 1),
            **ended,
        )

    def _of(self, values: dict[str, Value | None], folder: Path) -> Job:
        # None is a default of the configuration, which is there already.
        given = {key: value for key, value in values.items() if value is not None}
        settings = with_values(self._settings, given)
        changes = {"custom_config": settings, "model_run_dir": str(folder)}
        return self._job.model_copy(update=changes)

    def _figure(self, epoch: Any) -> float | None:
        return finite(getattr(epoch, f"eval_{self._tune.metric}"))

    def _line(self, trial: Trial) -> str:
        values = ", ".join(
            f"{key.rpartition('.')[2]} {shown(one)}"
            for key, one in trial.values.items()
        )
        if trial.state is TrialState.DONE:
            result = f"eval {FIGURES[self._tune.metric]} {trial.metric:.4f}"
        else:
            result = f"{trial.state}: {trial.reason}"
        if trial.number == 1:
            values += " (as configured)"
        elif trial.state is TrialState.DONE and trial.reason:
            values += f" ({trial.reason})"
        head = f"trial {trial.number}/{self._tune.trials}"
        return f"{head}  {result}  {trial.seconds:.0f} s  {values}"

    def _refuse_failures(self, trials: Sequence[Trial]) -> None:
        """Ends a tuning in which no trial is done."""
        failed = [trial for trial in trials if trial.state is TrialState.FAILED]
        is_over = len(trials) in (_MOST_FAILURES, self._tune.trials)
        if is_over and len(failed) == len(trials):
            # The next run must try again.
            self._records.remove()
            raise NewsdeskError(
                f"all of the first {len(trials)} trials failed; the first one: "
                f"{failed[0].reason}"
            )


def _prepare() -> None:
    """Lets the process of the next trial import TensorFlow while this one trains."""
    standby.prepare(MODULE, _IMPORTS)


def _say(sentence: str) -> None:
    _progress.info(sentence, extra={"sentence": sentence})
