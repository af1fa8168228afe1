"""A tuning with trials of the stand-in, in this process or in one to be killed.

python -m tests.trainer.tuning.tiny_tuning FOLDER prints the trials.
"""

import sys
from pathlib import Path
from typing import Any

from newsdesk.tuning import Tuning
from trainer.custom_config import TunerSettings
from trainer.training.job import Job
from trainer.tuning.records import Records
from trainer.tuning.search import Search


def settings(**tune: Any) -> TunerSettings:
    """Settings whose best learning rate is 0.3, and best batch size the smallest."""
    return TunerSettings.model_validate(
        {
            "text": {},
            "model": {},
            "optimizer": {"learning_rate": 0.9},
            "train": {"batch_size": 32},
            "labels": ["a", "b"],
            "text_columns": ["text"],
            "fingerprint": "",
            "tune": {
                "trials": 12,
                "space": {
                    "optimizer.learning_rate": {"low": 0.01, "high": 1, "log": True},
                    "train.batch_size": {"values": [8, 32, 64]},
                },
                **tune,
            },
        }
    )


def run(folder: Path, **tune: Any) -> Tuning:
    """Runs the trials that are not in the folder."""
    job = Job(
        train_files=["train*"],
        eval_files=["eval*"],
        transform_graph_path="graph",
        serving_model_dir="",
        model_run_dir="",
        custom_config={},
    )
    module = "tests.trainer.tuning.stand_in_trial"
    return Search(settings(**tune), job, Records(folder), module).run()


if __name__ == "__main__":
    print(
        run(Path(sys.argv[1])).model_dump_json(
            exclude={"trials": {"__all__": {"seconds"}}}
        )
    )
