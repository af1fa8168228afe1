"""The temperature in the exported model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_text  # noqa: F401  registers the operations of the model

from newsdesk.inspection import operations, signatures
from trainer.export import serving
from trainer.training import temperature, train
from trainer.training.job import Job

LABELS = tf.constant(["a", "b", "c"])
# With ties, and with a difference that the division rounds away.
LOGITS = np.array(
    [
        [1, 3, 2],
        [2, 2, 2],
        [-1, 4, 4],
        [np.nextafter(np.float32(2), np.float32(1)), 2, 0],
        [90, -90, 0],
        [1e-7, 0, 2e-7],
    ],
    np.float32,
)


@pytest.mark.parametrize("divisor", [0.05, 0.7, 1.3, 20])
def test_no_temperature_changes_a_label(divisor: float) -> None:
    before = serving.answer_of(tf.constant(LOGITS), LABELS, 1.0)
    after = serving.answer_of(tf.constant(LOGITS), LABELS, divisor)
    for name in ("label", "labels"):
        assert after[name].numpy().tolist() == before[name].numpy().tolist()
    assert after["label"].numpy().tolist() == [b"b", b"a", b"b", b"b", b"a", b"c"]


def test_probabilities_are_the_softmax_of_the_divided_logits() -> None:
    found = serving.answer_of(tf.constant(LOGITS), LABELS, 1.7)["probabilities"]
    scaled = np.exp(LOGITS.astype(np.float64) / 1.7)
    expected = scaled / scaled.sum(1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == tf.float32


def test_without_a_temperature_the_graph_is_the_old_one() -> None:
    graph = tf.function(serving.answer_of).get_concrete_function(
        tf.TensorSpec([None, 3]), LABELS, 1.0
    )
    assert "RealDiv" not in {node.type for node in graph.graph.get_operations()}
    found = serving.answer_of(tf.constant(LOGITS), LABELS, 1.0)["probabilities"]
    np.testing.assert_array_equal(found, tf.nn.softmax(LOGITS))


@pytest.mark.slow
def test_a_training_publishes_its_temperature(
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(temperature, "LEAST_ROWS", 1)
    folders = {name: tmp_path / name for name in ("calibrated", "plain")}
    for name, folder in folders.items():
        train.run_fn(job_of(words_graph[0], folder, calibrate=name == "calibrated"))
    cards, answers = (
        {name: read(folder / "model") for name, folder in folders.items()}
        for read in (card_of, _answers)
    )
    chosen = cards["calibrated"].pop("temperature")
    assert chosen != 1
    assert cards["plain"].pop("temperature") == 1
    # The figures on eval are those of the logits.
    assert cards["calibrated"] == cards["plain"]

    np.testing.assert_array_equal(
        answers["calibrated"]["label"], answers["plain"]["label"]
    )
    shares = answers["plain"]["probabilities"].astype(np.float64) ** (1 / chosen)
    np.testing.assert_allclose(
        answers["calibrated"]["probabilities"],
        shares / shares.sum(1, keepdims=True),
        atol=1e-6,
    )
    for folder in folders.values():
        operations.check(folder / "model")
        assert signatures.difference(folder / "model") is None


def job_of(graph: Path, folder: Path, calibrate: bool) -> Job:
    return Job(
        train_files=[str(graph / "rows.gz")],
        eval_files=[str(graph / "rows.gz")],
        transform_graph_path=str(graph),
        serving_model_dir=str(folder / "model"),
        model_run_dir=str(folder / "logs"),
        custom_config={
            "text": {"vocabulary_size": 4, "max_length": 3},
            "model": {},
            "optimizer": {},
            "train": {"epochs": 3, "calibrate": calibrate},
            "labels": ["a", "b"],
            "text_columns": ["text"],
            "fingerprint": "",
        },
    )


def card_of(model: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(
        (model / "assets.extra" / "newsdesk.json").read_text()
    )
    return card


def _answers(model: Path) -> dict[str, Any]:
    texts = tf.constant(["oil falls", "", "falls", "unheard of"])
    answer = tf.saved_model.load(str(model)).signatures["serving_default"]
    return {name: value.numpy() for name, value in answer(text=texts).items()}
