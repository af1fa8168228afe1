"""The benchmark of ways to fine-tune times only steps whose shape is not new."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.tuning import Competitor
from trainer.data.batches import Batch


def test_steps_of_a_new_shape_are_not_timed() -> None:
    compiled: Any = SimpleNamespace(step=lambda batches: 0.5)
    loop: Any = SimpleNamespace(compiled=compiled)
    competitor = Competitor("1e-4", None, loop)  # type: ignore[arg-type]

    rows = []
    for shape in ((4, 16), (4, 16), (3, 16), (4, 32), (3, 16)):
        batch = Batch(np.zeros(shape, np.int32), np.zeros(shape[0], np.int32))
        competitor.step([batch])
        rows.append(competitor.rows)

    assert rows == [0, 4, 4, 4, 7]
    assert competitor.seconds > 0
