"""The best trial of a tuning, and the file that TFX's Trainer reads."""

import json
import subprocess
import sys
from typing import Any

import pytest

from newsdesk.config.tune import Searched
from newsdesk.tuning import Trial, TrialState, Tuning, hyperparameters, shown


def tuning(metric: Any, *figures: float | None) -> Tuning:
    """A tuning with trials of some figures; None for a failed trial."""
    trials = [
        Trial(
            number=number,
            values={"model.dropout": number / 10, "train.patience": None},
            state=TrialState.FAILED if figure is None else TrialState.DONE,
            metric=figure,
        )
        for number, figure in enumerate(figures, 1)
    ]
    return Tuning(metric=metric, trials=trials)


def test_the_first_of_the_best_trials_wins() -> None:
    assert getattr(tuning("accuracy", 0.5, 0.9, 0.9, 0.8).best, "number", 0) == 2
    assert getattr(tuning("loss", 0.5, 0.9, 0.4, 0.4).best, "number", 0) == 3
    assert tuning("loss", None).best is None


def test_a_tuning_is_summed_up() -> None:
    tuned = tuning("macro_f1", 0.5, None, 0.75).tuned()
    assert tuned.values == {"model.dropout": 0.3}
    assert tuned.sentence == (
        "3 trials (1 failed); best is 3: eval macro F1 0.7500, as configured 0.5000"
    )
    assert tuned.changes == "model.dropout = 0.3"
    same = tuning("accuracy", 0.5, 0.4).tuned().sentence
    assert same.endswith(
        "best is 1: eval accuracy 0.5000, with the values of the configuration"
    )
    with pytest.raises(ValueError, match="no trial is done"):
        tuning("loss", None, None).tuned()


def test_the_records_are_those_of_tfx() -> None:
    assert tuning("loss", 0.5, None).records() == [
        {"trial_id": "1", "score": 0.5, "model.dropout": 0.1, "train.patience": None}
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "auto"), (True, "true"), (0.00123456, "0.001235"), (32, "32"), ("a", "a")],
)
def test_values_are_short(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.slow
def test_keras_tuner_reads_the_best_values() -> None:
    space = {
        "optimizer.learning_rate": Searched(low=1e-5, high=1e-3, log=True),
        "model.dropout": Searched(low=0, high=0.5, step=0.1),
        "train.patience": Searched(low=1, high=4),
        "model.pooling": Searched(values=["mean", "max"]),
    }
    values = {
        "optimizer.learning_rate": 2e-4,
        "model.dropout": 0.2,
        "train.patience": 3,
        "model.pooling": "max",
    }
    text = hyperparameters(space, values, frozenset({"train.patience"}))
    # In a process of its own, because it imports another Keras.
    read = (
        "import json, sys, keras_tuner; "
        "found = keras_tuner.HyperParameters.from_config(json.load(sys.stdin)); "
        "print(json.dumps([found.values, [one.name for one in found.space]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", read], input=text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [values, list(space)]
