"""Saves the whole state of a training as arrays, and restores it."""

import dataclasses
import json
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from newsdesk.training import TrainedEpoch
from trainer.optim.adamw import AdamW
from trainer.training.best import BestWeights, Figures
from trainer.training.clock import Clock


@dataclasses.dataclass
class Place:
    """How far a training has come.

    Attributes:
        epoch: the current epoch, counted from 0.
        step: number of its steps that were made.
        loss: the sum of their mean losses, a number or a float32 scalar.
    """

    epoch: int = 0
    step: int = 0
    loss: float | tf.Tensor = 0.0


class Snapshot:
    """Saves and restores everything that the next steps depend on.

    Dropout and the order of the rows are functions of seed and place, so they have no
    state to save.

    Args:
        weights: the model's variables.
        adamw: the optimizer, prepared for them.
        best: the best weights so far.
        clock: the time that the training has taken.
        course: the epochs measured so far; `restore` replaces its content.
    """

    def __init__(
        self,
        weights: list[tf.Variable],
        adamw: AdamW,
        best: BestWeights,
        clock: Clock,
        course: list[TrainedEpoch],
    ) -> None:
        scale = adamw.loss_scale
        self._variables = [
            *weights,
            *adamw.variables(),
            *(scale.variables if scale else []),
        ]
        self._best = best
        self._clock = clock
        self._course = course

    def take(self, place: Place) -> dict[str, np.ndarray]:
        """Copies the state.

        Args:
            place: where the training is.

        Returns:
            Arrays by name.
        """
        figures = self._best.figures
        record = {
            "place": [place.epoch, place.step, float(place.loss)],
            "waited": self._best.waited,
            "seconds": self._clock.seconds,
            "figures": dataclasses.asdict(figures) if figures else None,
            "course": [epoch.model_dump() for epoch in self._course],
        }
        # The names of arrays are part of the format of checkpoints.
        values = {"told": np.array(json.dumps(record))}
        for name, variable in enumerate(self._variables):
            values[f"variable-{name}"] = variable.numpy()
        for name, value in enumerate(self._best.values):
            values[f"best-{name}"] = value
        return values

    def restore(self, values: Mapping[str, np.ndarray]) -> Place:
        """Restores a state, after checking all of it.

        Args:
            values: what `take` returned.

        Returns:
            Where the training was.

        Raises:
            ValueError: the values are not a state of this training; nothing changed.
        """
        try:
            record = json.loads(str(values["told"]))
            epoch, step, loss = record["place"]
            place = Place(int(epoch), int(step), float(loss))
            figures = Figures(**record["figures"]) if record["figures"] else None
            waited, seconds = int(record["waited"]), float(record["seconds"])
            # Checkpoints of older releases have no epochs.
            course = [TrainedEpoch(**epoch) for epoch in record.get("course", [])]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"its record cannot be read: {error!r}") from None
        variables = _matching(values, "variable", self._variables)
        best = _matching(values, "best", self._best.weights) if figures else []
        for variable, value in zip(self._variables, variables, strict=True):
            variable.assign(value)
        self._best.figures, self._best.values = figures, best
        self._best.waited, self._best.measured = waited, place.epoch
        self._clock.before = seconds
        self._course[:] = course
        return place


def _matching(
    values: Mapping[str, np.ndarray], kind: str, variables: Sequence[tf.Variable]
) -> list[np.ndarray]:
    """The arrays for some variables, each of its variable's shape and type."""
    found = []
    for number, variable in enumerate(variables):
        value = values.get(f"{kind}-{number}")
        if value is None:
            raise ValueError(f"{kind}-{number} is missing")
        expected = tuple(variable.shape), variable.dtype.as_numpy_dtype
        if (value.shape, value.dtype) != expected:
            raise ValueError(
                f"{kind}-{number} is {value.dtype} {list(value.shape)}, but the model "
                f"has {np.dtype(expected[1])} {list(expected[0])}"
            )
        found.append(value)
    return found
