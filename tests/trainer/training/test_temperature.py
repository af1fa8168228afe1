"""Tests of the fitted temperature."""

import numpy as np
import pytest

from trainer.training import temperature


def drawn(true_temperature: float, rows: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their softmax at a temperature."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 3, [rows, 4]).astype(np.float32)
    # Gumbel's trick: the arg-max of logits plus this noise has their softmax.
    noise = random.gumbel(size=logits.shape)
    return logits, (logits / true_temperature + noise).argmax(1)


@pytest.mark.parametrize("true_temperature", [0.5, 0.9, 1.7, 4])
def test_the_temperature_that_made_the_labels_is_found(true_temperature: float) -> None:
    found = temperature.fit(*drawn(true_temperature))
    assert found.temperature == pytest.approx(true_temperature, rel=0.04)
    assert found.after < found.before
    assert found.unfitted == ""


def test_no_temperature_beside_it_is_better() -> None:
    logits, labels = drawn(1.7)
    found = temperature.fit(logits, labels)
    for other in (0.98, 1.02):
        again = temperature.fit(logits / (found.temperature * other), labels)
        assert again.before > found.after
        assert again.temperature == pytest.approx(1 / other, abs=1e-3)


def test_the_same_logits_have_the_same_temperature() -> None:
    assert temperature.fit(*drawn(1.3)) == temperature.fit(*drawn(1.3))


def test_a_model_without_wrong_rows_does_not_become_certain() -> None:
    labels = np.arange(500) % 2
    logits = 0.5 * np.eye(2)[labels]
    found = temperature.fit(logits, labels)
    answer = 1 / (1 + np.exp(-0.5 / found.temperature))
    # One more row has a random label.
    assert answer == pytest.approx(1 - 0.5 / 501, abs=2e-4)


@pytest.mark.parametrize("scale", [1e-4, 1e4])
def test_the_temperature_has_bounds(scale: float) -> None:
    logits, labels = drawn(1.0)
    found = temperature.fit(logits * scale, labels)
    assert temperature.LOWEST <= found.temperature <= temperature.HIGHEST
    assert found.after < found.before


def test_few_rows_say_nothing_about_a_model() -> None:
    found = temperature.fit(*drawn(3.0, rows=99))
    assert found.temperature == 1
    assert found.before == found.after
    assert found.sentence == (
        "the probabilities are not calibrated: eval has 99 rows, and a temperature "
        "needs 100"
    )


def test_a_temperature_that_does_not_lower_the_loss_is_left_out() -> None:
    logits = np.zeros([200, 3])
    found = temperature.fit(logits, np.arange(200) % 3)
    assert found.temperature == 1
    assert found.unfitted == "no temperature lowers the loss on eval"


def test_logits_that_are_not_finite_have_no_temperature() -> None:
    logits, labels = drawn(2.0)
    logits[0] = np.nan
    assert temperature.fit(logits, labels).temperature == 1


def test_random_labels_get_the_flattest_answers() -> None:
    random = np.random.default_rng(1)
    logits, labels = random.normal(0, 5, [1000, 3]), random.integers(0, 3, 1000)
    found = temperature.fit(logits, labels)
    assert found.temperature == pytest.approx(temperature.HIGHEST, abs=1e-3)
