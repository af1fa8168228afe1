"""Recomputed blocks give the gradients of others, and resume with the same bits."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from newsdesk.config.encoders import CheckpointEncoder
from tests.trainer.encoders.test_lora import IDS, RANK, classifier, trained
from trainer.model import Classifier, loss

pytestmark = pytest.mark.slow


def gradients(model: Classifier) -> list[np.ndarray | None]:
    @tf.function(autograph=False)
    def compute() -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            logits = model(IDS, seed=tf.constant([1, 2]))
            total = tf.reduce_sum(loss(logits, tf.constant([1, 2])))
        found = tape.gradient(total, model.weights)
        return [None if one is None else tf.convert_to_tensor(one) for one in found]

    return [None if one is None else one.numpy() for one in compute()]


@pytest.mark.parametrize("more", [{}, {"train_layers": 1}, {"lora_rank": RANK}])
def test_gradients_are_those_of_a_training_without_it(
    write_checkpoint: Any, more: dict[str, int]
) -> None:
    folder = write_checkpoint()
    plain = classifier(folder, **more)
    again = classifier(folder, recompute=True, **more)

    np.testing.assert_array_equal(again(IDS), plain(IDS))
    trained_here = {id(weight) for weight in again.trainable_weights}
    for weight, one, other in zip(
        again.weights, gradients(plain), gradients(again), strict=True
    ):
        if id(weight) in trained_here:
            assert one is not None and other is not None
            np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-6)


def test_every_block_is_computed_twice(
    write_checkpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier(write_checkpoint(), recompute=True)
    called = []
    for number, block in enumerate(model.encoder.blocks):
        attend = block._attend

        def counted(*inputs: Any, number: int = number, attend: Any = attend) -> Any:
            called.append(number)
            return attend(*inputs)

        monkeypatch.setattr(block, "_attend", counted)

    gradients(model)

    assert called == [0, 1, 1, 0]


def test_a_stopped_training_resumes_with_the_same_bits(
    write_checkpoint: Any, tmp_path: Any
) -> None:
    folder = write_checkpoint()
    whole = classifier(folder, recompute=True)
    trained(whole, tmp_path / "whole")
    stopped = classifier(folder, recompute=True)
    with pytest.raises(Exception, match="after step 11 of 16"):
        trained(stopped, tmp_path / "stopped", stop_after=11)

    resumed = classifier(folder, recompute=True)
    trained(resumed, tmp_path / "stopped")

    for one, other in zip(whole.weights, resumed.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_frozen_encoder_is_not_recomputed(write_checkpoint: Any) -> None:
    section = {"kind": "checkpoint", "path": str(write_checkpoint())}
    with pytest.raises(ValueError, match="recompute requires trainable = true"):
        CheckpointEncoder.model_validate(
            section | {"recompute": True, "trainable": False}
        )
