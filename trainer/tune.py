"""tune_fn of the Tuner: tries values of settings, in trials that it runs itself.

Compiled pipelines contain the name of this function, so the module stays here.
"""

import hashlib
import os
from glob import glob
from pathlib import Path
from typing import Any

from newsdesk import standby
from newsdesk.config.environment import CHECKPOINTS_VARIABLE, RUN_FOLDER_VARIABLE
from newsdesk.config.paths import files_below
from newsdesk.errors import ConfigError
from newsdesk.identity import fingerprint
from newsdesk.tuning import Tuning
from trainer.custom_config import TunerSettings
from trainer.training.job import JOB_VARIABLE, Job
from trainer.tuning.records import Records
from trainer.tuning.search import MODULE, Search


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
        if waiting := standby.take(MODULE):
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
