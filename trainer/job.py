"""What a training needs to know, as a JSON file that a process can be started with."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.errors import ConfigError
from pipeline.section import Section


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
        """Takes a job out of what the Trainer hands over.

        Args:
            fn_args: a `tfx.components.trainer.fn_args_utils.FnArgs`.

        Returns:
            The job.
        """
        return cls(**{name: getattr(fn_args, name) for name in cls.model_fields})

    @classmethod
    def read(cls, path: Path) -> "Job":
        """Reads a job.

        Args:
            path: a JSON file with exactly the fields of this class.

        Returns:
            The job.

        Raises:
            ConfigError: the file cannot be read, or is no job.
        """
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the file"
            raise ConfigError(f"{path}: {place}: {first['msg']}") from None
