"""The whole state of a training as arrays, and back."""

import dataclasses
import json

import numpy as np
import tensorflow as tf

from trainer.adamw import AdamW
from trainer.best import BestWeights, Figures


@dataclasses.dataclass
class Place:
    """How far a training has come.

    Attributes:
        epoch: the one that goes on, counted from 0.
        step: steps of it that were made.
        loss: the sum of their mean losses, a number or a float32 scalar.
    """

    epoch: int = 0
    step: int = 0
    loss: float | tf.Tensor = 0.0


class Snapshot:
    """Reads and writes everything that the next steps depend on.

    Dropout and the order of the rows are functions of seed and place, so they need
    no state of their own.

    Args:
        weights: the model's variables.
        adamw: prepared for them.
        best: what was best so far.
    """

    def __init__(
        self, weights: list[tf.Variable], adamw: AdamW, best: BestWeights
    ) -> None:
        scale = adamw.loss_scale
        self._variables = [
            *weights,
            *adamw.variables(),
            *(scale.variables if scale else []),
        ]
        self._best = best

    def take(self, place: Place) -> dict[str, np.ndarray]:
        """Copies the state.

        Args:
            place: where the training is.

        Returns:
            Arrays by name.
        """
        figures = self._best.figures
        told = {
            "place": [place.epoch, place.step, float(place.loss)],
            "waited": self._best.waited,
            "figures": dataclasses.asdict(figures) if figures else None,
        }
        values = {"told": np.array(json.dumps(told))}
        for name, variable in enumerate(self._variables):
            values[f"variable-{name}"] = variable.numpy()
        for name, value in enumerate(self._best.values):
            values[f"best-{name}"] = value
        return values

    def restore(self, values: dict[str, np.ndarray]) -> Place:
        """Puts a state back.

        Args:
            values: what `take` gave.

        Returns:
            Where the training was.
        """
        told = json.loads(str(values["told"]))
        for name, variable in enumerate(self._variables):
            variable.assign(values[f"variable-{name}"])
        if told["figures"] is not None:
            count = sum(name.startswith("best-") for name in values)
            self._best.figures = Figures(**told["figures"])
            self._best.values = [values[f"best-{name}"] for name in range(count)]
            self._best.waited = told["waited"]
        return Place(*told["place"])
