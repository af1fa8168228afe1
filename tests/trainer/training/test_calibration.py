"""The logits for the temperature are those of the best epoch, and computed once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from newsdesk.config.train import Train
from tests.trainer.export.test_temperature import card_of, job_of
from tests.trainer.training.test_loop import fit, loop_of
from trainer.data.transformed import Rows
from trainer.model import Classifier
from trainer.training import temperature, train
from trainer.training.best import Figures
from trainer.training.calibration import scores_of
from trainer.training.stopping import Stop


@pytest.mark.slow
def test_kept_logits_are_those_that_a_resumed_training_computes(
    make_model: Callable[..., Classifier],
    separable_rows: Rows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The best epoch is the first of two, so the last evaluation does not count."""
    monkeypatch.setattr(Figures, "better_than", lambda *_: False)
    model = make_model()
    loop = loop_of(model, separable_rows, epochs=2)
    fit(loop, separable_rows, tmp_path)

    computed = scores_of(model, separable_rows, Train(batch_size=8), Stop())

    assert loop.best_scores is not None
    np.testing.assert_array_equal(loop.best_scores.logits, computed.logits)
    np.testing.assert_array_equal(loop.best_scores.labels, computed.labels)


@pytest.mark.slow
def test_a_training_does_not_compute_them_again(
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(temperature, "LEAST_ROWS", 1)
    monkeypatch.setattr(train, "scores_of", None)

    train.run_fn(job_of(words_graph[0], tmp_path, calibrate=True))

    assert card_of(tmp_path / "model")["temperature"] != 1
