"""LoRA changes query and value alone, trains little, and disappears when merged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.config.model import Model
from newsdesk.config.sections import Config
from newsdesk.config.train import Optimizer, Train
from newsdesk.errors import ConfigError
from tests.trainer import tiny_training
from trainer.encoders import inspection
from trainer.model import Classifier
from trainer.optim import optimizer
from trainer.training.checkpoints import Checkpoints
from trainer.training.loop import Loop
from trainer.training.objective import Objective
from trainer.training.progress import Progress
from trainer.training.stopping import Stop

IDS = tf.constant([[2, 5, 6, 3], [2, 7, 3, 0]])
BLOCKS, WIDTH, RANK = 2, 8, 3


def classifier(folder: Path, precision: str = "float32", **encoder: Any) -> Classifier:
    tf_keras.utils.set_random_seed(3)
    section = {"kind": "checkpoint", "path": str(folder), **encoder}
    settings = Model.model_validate({"encoder": section, "dropout": 0.1})
    return Classifier(settings, 30, 20, classes=4, precision=precision)


def training(model: Classifier) -> Loop:
    config = Train(epochs=2, batch_size=8, patience=9, checkpoint_steps=3)
    rate = Optimizer(learning_rate=0.02)
    steps = optimizer.count_steps(64, config, rate)
    adamw = optimizer.build(rate, steps, model.encoder.depths)
    return Loop(model, adamw, config, steps, Objective(None, 0.0))


def trained(model: Classifier, folder: Path, stop_after: int = 0) -> None:
    """Makes 16 steps, or those after the newest checkpoint in the folder."""
    loop, stop = training(model), Stop()
    step = loop.compiled.step

    def counted(batches: Any) -> Any:
        mean = step(batches)
        stop.requested = int(loop.adamw.iterations) == stop_after
        return mean

    loop.compiled.step = counted  # type: ignore[method-assign]
    rows = tiny_training.rows()
    checkpoints, progress = Checkpoints(folder), Progress(str(folder / "events"))
    loop.fit(rows, rows, progress, checkpoints, stop)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_lora_changes_nothing_at_first(write_checkpoint: Any, precision: str) -> None:
    folder = write_checkpoint()
    plain = classifier(folder, precision)

    adapted = classifier(folder, precision, lora_rank=RANK)

    np.testing.assert_array_equal(adapted.features(IDS), plain.features(IDS))
    assert {weight.dtype for weight in adapted.weights} == {tf.float32}


def test_only_lora_and_the_head_are_trained(write_checkpoint: Any) -> None:
    model = classifier(write_checkpoint(), lora_rank=RANK)
    loop = training(model)
    names = [weight.name for weight in model.encoder.trainable_weights]

    assert len(names) == 3 * BLOCKS
    assert all("/lora/" in name for name in names)
    assert len(model.trainable_weights) == 3 * BLOCKS + 4
    assert [len(weights) for weights in model.encoder.depths] == [0, 3, 3]
    # Two moments of each trained value, and the number of the step.
    values = sum(int(tf.size(weight)) for weight in model.trainable_weights)
    state = sum(int(tf.size(one)) for one in loop.adamw.variables())
    assert state == 2 * values + 1
    assert sum(int(tf.size(w)) for w in model.encoder.trainable_weights) == (
        BLOCKS * (WIDTH * 2 * RANK + 2 * RANK * WIDTH)
    )


@pytest.mark.slow
def test_training_and_merging_change_query_and_value_alone(
    write_checkpoint: Any, tmp_path: Path
) -> None:
    folder = write_checkpoint()
    plain, model = classifier(folder), classifier(folder, lora_rank=RANK)
    trained(model, tmp_path / "kept")
    expected = model(IDS)
    frozen = [w.numpy() for w in model.encoder.weights if "/lora/" not in w.name]
    for before, after in zip(plain.encoder.weights, frozen, strict=True):
        np.testing.assert_array_equal(before, after)

    model.merge()

    np.testing.assert_allclose(model(IDS), expected, atol=1e-5)
    described = [
        [(weight.name, weight.shape) for weight in one.weights]
        for one in (plain, model)
    ]
    assert described[0] == described[1]
    assert np.abs(model(IDS) - plain(IDS)).max() > 0.01
    for before, after in zip(plain.encoder.weights, model.encoder.weights, strict=True):
        changed = np.asarray(before != after)
        if "query_key_value/kernel" not in before.name:
            assert not changed.any()
            continue
        query, key, value = np.split(changed, 3, axis=1)
        assert query.any() and value.any() and not key.any()


@pytest.mark.slow
def test_a_stopped_training_of_lora_resumes_with_the_same_bits(
    write_checkpoint: Any, tmp_path: Path
) -> None:
    folder = write_checkpoint()
    whole = classifier(folder, lora_rank=RANK)
    trained(whole, tmp_path / "whole")
    stopped = classifier(folder, lora_rank=RANK)
    with pytest.raises(Exception, match="after step 11 of 16"):
        trained(stopped, tmp_path / "stopped", stop_after=11)

    resumed = classifier(folder, lora_rank=RANK)
    trained(resumed, tmp_path / "stopped")

    for one, other in zip(whole.weights, resumed.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_lora_has_no_meaning_with_is_refused(write_checkpoint: Any) -> None:
    section = {"kind": "checkpoint", "path": str(write_checkpoint()), "lora_rank": 9}
    encoder = CheckpointEncoder.model_validate(section)

    with pytest.raises(ConfigError, match="lora_rank is 9, but .* has the width 8; "):
        inspection.check_checkpoint_encoder(encoder, 20)
    with pytest.raises(ValueError, match="lora_rank requires trainable = true"):
        CheckpointEncoder.model_validate(section | {"trainable": False})
    with pytest.raises(ValueError, match="so train_layers has no meaning with it"):
        CheckpointEncoder.model_validate(section | {"train_layers": 1})
    values = {
        "name": "a",
        "data": {
            "path": "rows.csv",
            "text_columns": ["text"],
            "label_column": "label",
            "labels": ["a", "b"],
            "schema_file": "schema.pbtxt",
        },
        "model": {"encoder": section},
    }
    assert Config.model_validate(values).model.encoder == encoder
    with pytest.raises(ValueError, match="layer_decay is 0.9, but it protects"):
        Config.model_validate(values | {"optimizer": {"layer_decay": 0.9}})
