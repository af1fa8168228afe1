"""The input of a training process, as a JSON file."""

import contextlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsdesk import atomic
from newsdesk.config.section import Section
from newsdesk.config.tune import with_values
from newsdesk.errors import ConfigError, first_fault

# In the environment of a chief, names the file in which its workers find the job.
JOB_VARIABLE = "NEWSDESK_JOB"

_log = logging.getLogger("newsdesk")
_SECONDS_BETWEEN_LOOKS = 1.0


class Job(Section):
    """The fields of the Trainer's FnArgs that training reads, without TFX.

    `custom_config` holds the fields of `TrainerSettings`; the files are globs.
    """

    train_files: list[str]
    eval_files: list[str]
    transform_graph_path: str
    serving_model_dir: str
    model_run_dir: str
    custom_config: dict[str, Any]

    @classmethod
    def of(cls, fn_args: Any) -> "Job":
        """Makes a job from the arguments of the Trainer.

        Args:
            fn_args: a `tfx.components.trainer.fn_args_utils.FnArgs`; the values in its
                `hyperparameters` replace those of the configuration.

        Returns:
            The job.
        """
        fields = {name: getattr(fn_args, name) for name in cls.model_fields}
        if tuned := (getattr(fn_args, "hyperparameters", None) or {}).get("values"):
            settings = with_values(fields["custom_config"], tuned)
            fields["custom_config"] = {**settings, "tuned": tuned}
        return cls(**fields)

    @classmethod
    def read(cls, path: Path, wait: bool = False) -> "Job":
        """Reads a job.

        Args:
            path: a JSON file with exactly the fields of this class.
            wait: wait until the file exists, without a time limit.

        Returns:
            The job.

        Raises:
            ConfigError: the file cannot be read, or is not a job.
        """
        if wait and not path.exists():
            _log.info("waiting for %s, which the chief writes when it trains", path)
            while not path.exists():
                time.sleep(_SECONDS_BETWEEN_LOOKS)
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except ValidationError as error:
            raise ConfigError(f"{path}: {first_fault(error)}") from None

    @contextlib.contextmanager
    def written(self) -> Iterator[Path]:
        """Writes the job to a file, which is removed after the training.

        Yields:
            The file: the one that the environment names for other workers, or else a
            temporary file.

        Raises:
            ConfigError: the file that the environment names cannot be written.
            OSError: the disk is full.
        """
        named = os.environ.get(JOB_VARIABLE)
        if not named:
            with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
                file = Path(folder, "job.json")
                file.write_text(self.model_dump_json(), encoding="utf-8")
                yield file
            return
        file = Path(named)
        try:
            self._put(file)
        except OSError as error:
            raise ConfigError(
                f"{file}: the job cannot be written: {error.strerror}; correct or "
                f"remove the environment variable {JOB_VARIABLE}"
            ) from None
        try:
            yield file
        finally:
            # A worker that restarts must wait for the job of the next attempt.
            file.unlink(missing_ok=True)

    def _put(self, file: Path) -> None:
        """Writes atomically, because other workers wait for the file."""
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(file, self.model_dump_json())
