"""The result of a tuning: its trials, and the values that the Trainer uses."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from newsdesk.config.train import SelectBy
from newsdesk.config.tune import Searched, Value
from newsdesk.str_enum import StrEnum

# TFX's Tuner uses the first two names.
HYPERPARAMETERS = "best_hyperparameters.txt"
RESULTS = "tuner_results.json"
TRIALS = "trials.json"
FIGURES: Mapping[SelectBy, str] = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "loss": "loss",
}


class TrialState(StrEnum):
    """How a trial ended; users read the values."""

    DONE = "done"
    PRUNED = "pruned"
    FAILED = "failed"


class Trial(BaseModel):
    """One trial of a tuning, which has ended.

    Attributes:
        number: counted from 1.
        values: the values that were tried, by dotted key; None for a default that the
            trainer chooses.
        state: how the trial ended.
        metric: the figure on the eval split, of the epoch whose weights the model has;
            None for a trial that was pruned or failed.
        course: the figure after each epoch, None if it is not finite.
        seconds: how long the trial took.
        reason: why it was pruned or failed, or which trial had the same values.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    values: dict[str, Value | None]
    state: TrialState
    metric: float | None = None
    course: list[float | None] = []
    seconds: float = 0.0
    reason: str = ""


class Tuned(BaseModel):
    """What a summary says about a tuning.

    Attributes:
        metric: the figure on the eval split that decided.
        trials: the number of trials, with those pruned or failed.
        pruned: the number of pruned trials.
        failed: the number of failed trials.
        best: the number of the best trial.
        figure: of the best trial.
        configured: of the first trial, which has the values of the configuration; None
            if it failed.
        values: of the best trial, by dotted key.
    """

    model_config = ConfigDict(frozen=True)

    metric: SelectBy
    trials: int
    pruned: int = 0
    failed: int = 0
    best: int
    figure: float
    configured: float | None = None
    values: dict[str, Value]

    @property
    def sentence(self) -> str:
        """How many trials there were, and how good the best is."""
        ended = {"pruned": self.pruned, "failed": self.failed}
        counts = ", ".join(
            f"{count} {state}" for state, count in ended.items() if count
        )
        trials = f"{self.trials} trials" + (f" ({counts})" if counts else "")
        best = f"best is {self.best}: eval {FIGURES[self.metric]} {self.figure:.4f}"
        if self.best == 1:
            return f"{trials}; {best}, with the values of the configuration"
        if self.configured is None:
            return f"{trials}; {best}"
        return f"{trials}; {best}, as configured {self.configured:.4f}"

    @property
    def changes(self) -> str:
        """The values of the best trial, as in `key = value`."""
        return changes(self.values)


class Tuning(BaseModel):
    """A whole tuning.

    Attributes:
        metric: the figure on the eval split that decides.
        trials: in order; the first has the values of the configuration.
    """

    model_config = ConfigDict(frozen=True)

    metric: SelectBy
    trials: list[Trial]

    @property
    def best(self) -> Trial | None:
        """The trial with the best figure, of equal ones the first; None without one."""
        sign = -1 if self.metric == "loss" else 1
        done = [trial for trial in self.trials if trial.state is TrialState.DONE]
        measured = [trial for trial in done if trial.metric is not None]
        return max(measured, key=lambda one: sign * (one.metric or 0.0), default=None)

    def tuned(self) -> Tuned:
        """Sums up the tuning.

        Returns:
            The summary.

        Raises:
            ValueError: no trial is done.
        """
        best = self.best
        if best is None or best.metric is None:
            raise ValueError("no trial is done")
        states = [trial.state for trial in self.trials]
        return Tuned(
            metric=self.metric,
            trials=len(states),
            pruned=states.count(TrialState.PRUNED),
            failed=states.count(TrialState.FAILED),
            best=best.number,
            figure=best.metric,
            configured=self.trials[0].metric,
            values={
                key: value for key, value in best.values.items() if value is not None
            },
        )

    def records(self) -> list[dict[str, Any]]:
        """Lists the trials in the form of TFX's Tuner.

        Returns:
            A record for each trial that is done.
        """
        return [
            {"trial_id": str(one.number), "score": one.metric, **one.values}
            for one in self.trials
            if one.state is TrialState.DONE
        ]


def read(folder: Path) -> Tuning:
    """Reads a tuning.

    Args:
        folder: of the TunerResults artifact.

    Returns:
        The tuning.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a tuning.
    """
    return Tuning.model_validate_json((folder / TRIALS).read_bytes())


def hyperparameters(
    space: Mapping[str, Searched], values: Mapping[str, Value], whole: frozenset[str]
) -> str:
    """Writes values as Keras Tuner writes them, which TFX's Trainer reads.

    Args:
        space: the search space.
        values: the best values, by dotted key.
        whole: the keys of ranges of whole numbers.

    Returns:
        JSON that `keras_tuner.HyperParameters.from_config` accepts.
    """
    described = [_described(key, one, key in whole) for key, one in space.items()]
    return json.dumps({"space": described, "values": dict(values)}, indent=1) + "\n"


def _described(key: str, searched: Searched, is_whole: bool) -> dict[str, Any]:
    if searched.values is not None:
        config: dict[str, Any] = {
            "default": searched.values[0],
            "values": searched.values,
            "ordered": False,
        }
    else:
        config = {
            "default": searched.low,
            "min_value": searched.low,
            "max_value": searched.high,
            "step": searched.step or (1 if is_whole and not searched.log else None),
            "sampling": "log" if searched.log else "linear",
        }
    kind = "Choice" if searched.values is not None else "Int" if is_whole else "Float"
    return {"class_name": kind, "config": {"name": key, "conditions": [], **config}}


def changes(values: Mapping[str, Value]) -> str:
    """Formats values with their keys.

    Args:
        values: by dotted key.

    Returns:
        For example `model.dropout = 0.2, train.batch_size = 16`.
    """
    return ", ".join(f"{key} = {shown(value)}" for key, value in values.items())


def shown(value: Value | None) -> str:
    """Formats a value for people.

    Args:
        value: a value of a key; None for a default that the trainer chooses.

    Returns:
        The value, a float with four digits.
    """
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else str(value)
