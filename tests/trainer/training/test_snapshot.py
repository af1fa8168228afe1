"""What a checkpoint keeps of the epochs before it."""

import json
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.training import TrainedEpoch
from trainer.training.best import BestWeights, Figures
from trainer.training.clock import Clock
from trainer.training.snapshot import Place, Snapshot

EPOCH = TrainedEpoch(number=1, loss=0.1 + 0.2, eval_accuracy=0.5, eval_macro_f1=1 / 3)


def snapshot_of(course: list[TrainedEpoch]) -> Snapshot:
    weight = tf.Variable(1.0)
    best = BestWeights([weight], patience=2)
    best.offer(Figures(0.5, 0.4, 0.3))
    adamw: Any = SimpleNamespace(loss_scale=None, variables=list)
    return Snapshot([weight], adamw, best, Clock(None), course)


def test_the_epochs_are_restored_exactly() -> None:
    values = snapshot_of([EPOCH]).take(Place(1))
    course: list[TrainedEpoch] = []

    snapshot_of(course).restore(values)

    assert course == [EPOCH]


def test_an_older_checkpoint_has_no_epochs() -> None:
    values = snapshot_of([EPOCH]).take(Place(1))
    record = json.loads(str(values["told"]))
    del record["course"]
    values["told"] = np.array(json.dumps(record))
    course = [EPOCH]

    assert snapshot_of(course).restore(values) == Place(1)
    assert course == []


def test_damaged_epochs_change_nothing() -> None:
    values = snapshot_of([EPOCH]).take(Place(1))
    record = json.loads(str(values["told"]))
    record["course"] = [{"number": 1}]
    values["told"] = np.array(json.dumps(record))
    course = [EPOCH]

    with pytest.raises(ValueError, match="its record cannot be read"):
        snapshot_of(course).restore(values)
    assert course == [EPOCH]
