"""tune_fn of the Tuner: runs trials one after another, each in its own process."""

import dataclasses
import errno
import hashlib
import logging
import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path
from typing import Any

from newsdesk import standby
from newsdesk.config.environment import CHECKPOINTS_VARIABLE, RUN_FOLDER_VARIABLE
from newsdesk.config.paths import files_below
from newsdesk.config.tunable import whole_keys
from newsdesk.config.tune import Value, value_of, with_values
from newsdesk.errors import ConfigError, Interrupted, NewsdeskError
from newsdesk.identity import fingerprint
from newsdesk.training import Training
from newsdesk.tuning import FIGURES, Trial, TrialState, Tuning, shown
from trainer.custom_config import TunerSettings
from trainer.launch import launch
from trainer.training.job import JOB_VARIABLE, Job
from trainer.tuning.proposals import Proposals, Proposed
from trainer.tuning.records import Records

_log = logging.getLogger("newsdesk")
_progress = logging.getLogger("newsdesk.progress")
_MODULE = "trainer.trial"
_IMPORTS = ["trainer.training.trial"]
# If so many trials fail and none is done, the fault is not in their values.
_MOST_FAILURES = 5
_RESULT = "result.json"


def tune_fn(
    train_files: list[str],
    eval_files: list[str],
    transform_graph_path: str,
    custom_config: dict[str, Any],
    working_dir: str,
) -> Tuning:
    """Tries values, and continues a tuning that was killed.

    Args:
        train_files: globs of the transformed train split.
        eval_files: globs of the transformed eval split.
        transform_graph_path: the folder of Transform's graph.
        custom_config: the fields of `TunerSettings`.
        working_dir: keeps the finished trials if the environment names no folder.

    Returns:
        All trials.

    Raises:
        ConfigError: other workers wait for the training.
        Interrupted: a signal asked to stop; the finished trials are kept.
        NewsdeskError: no trial is done, or Optuna is missing.
        OSError: the disk is full.
    """
    if JOB_VARIABLE in os.environ:
        raise ConfigError(
            "tune: a trial is one process, but other workers wait for the training; "
            "tune with `newsdesk tune` on one machine, paste the values, and remove "
            "the tune section"
        )
    settings = TunerSettings.model_validate(custom_config)
    job = Job(
        train_files=train_files,
        eval_files=eval_files,
        transform_graph_path=transform_graph_path,
        serving_model_dir="",
        model_run_dir="",
        custom_config={},
    )
    folder = Path(os.environ.get(CHECKPOINTS_VARIABLE, working_dir))
    records = Records(folder / _fingerprint(job, settings))
    if run := os.environ.get(RUN_FOLDER_VARIABLE):
        records.sign(run)
    try:
        return Search(settings, job, records).run()
    finally:
        if waiting := standby.take(_MODULE):
            waiting.end()


def _fingerprint(job: Job, settings: TunerSettings) -> str:
    """A digest of everything that influences the trials, apart from their number."""
    decisive = settings.model_dump_json(exclude={"tune": {"trials"}})
    digest = hashlib.sha256(decisive.encode())
    files = [*job.train_files, *job.eval_files]
    found = [file for pattern in files for file in sorted(glob(pattern))]
    for file in [*found, *files_below(job.transform_graph_path)]:
        digest.update(fingerprint.of_file(file).encode())
    return digest.hexdigest()[:32]


class Search:
    """Runs the trials of a tuning.

    Args:
        settings: the Tuner's.
        job: the files of a trial.
        records: of the finished trials.
        module: what `python -m` runs for a trial.
    """

    def __init__(
        self, settings: TunerSettings, job: Job, records: Records, module: str = _MODULE
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
            Interrupted: see `tune_fn`.
            NewsdeskError: see `tune_fn`.
            OSError: see `tune_fn`.
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
        watch = _Watch(self._tune.metric, proposed, number, self._tune.trials)
        if self._module == _MODULE and number < self._tune.trials:
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
        except _Pruned:
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
        return _finite(getattr(epoch, f"eval_{self._tune.metric}"))

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


class _Pruned(Exception):
    """The trial that is running is not worth another epoch."""


@dataclasses.dataclass
class _Watch:
    """Hears the progress of a trial, and ends it if it is bad.

    Attributes:
        metric: the figure that decides.
        proposed: the trial.
        number: of the trial.
        trials: the number of all trials.
        course: the figure after each epoch so far.
        begin: called at the first record; None for nothing.
    """

    metric: str
    proposed: Proposed
    number: int
    trials: int
    course: list[float | None] = dataclasses.field(default_factory=list)
    begin: Callable[[], None] | None = None
    _is_pruned: bool = False

    def hear(self, message: str, progress: dict[str, Any]) -> None:
        """Receives a progress record of the trial.

        Args:
            message: its text, for the log.
            progress: its figures.

        Raises:
            _Pruned: the trial is worse than half of those before it.
        """
        if self._is_pruned:
            return
        if self.begin:
            self.begin()
            self.begin = None
        if "eval_accuracy" in progress and progress["epoch"] == len(self.course) + 1:
            figure = _finite(progress.get(f"eval_{self.metric}"))
            self.course.append(figure)
            is_last = progress["epoch"] == progress.get("epochs")
            if not is_last and self.proposed.is_bad(progress["epoch"], figure):
                self._is_pruned = True
                raise _Pruned
        if "step" in progress:
            place = {"trial": self.number, "trials": self.trials}
            _log_moving(
                f"trial {self.number}/{self.trials} {message}", progress | place
            )


def _finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None


def _prepare() -> None:
    """Lets the process of the next trial import TensorFlow while this one trains."""
    standby.prepare(_MODULE, _IMPORTS)


def _log_moving(message: str, progress: dict[str, Any]) -> None:
    _progress.info(message, extra={"progress": progress})


def _say(sentence: str) -> None:
    _progress.info(sentence, extra={"sentence": sentence})
