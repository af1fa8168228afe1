"""The process of one trial of a tuning: `python -m trainer.trial JOB.json`."""

import sys

from trainer import process
from trainer.training.job import Job


def _run_fn(job: Job) -> None:
    """Imports TensorFlow late, so that its import errors are also reported."""
    from trainer.training.trial import run_fn

    run_fn(job)


if __name__ == "__main__":
    sys.exit(process.main(sys.argv[1:], _run_fn))
