"""Nothing poisoned is loaded, and what is clean is not refused."""

import pickle
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from benchmarks.reliability import lent_name
from benchmarks.reliability.poison import Payload, poisoned
from newsdesk.errors import ModelError
from newsdesk.inspection import operations
from tests.support import model, poisoned_models


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """What a poison makes when it is loaded."""
    return tmp_path / "canary"


@pytest.mark.slow
def test_every_poison_is_refused_before_it_is_loaded() -> None:
    found = poisoned(["PyFunc", "ReadFile", "SaveV2", "RestoreV2", "PrintV2"])
    assert found["refused"] == found["offered"] > 100
    assert min(found[kind] for kind in ("models", "weights", "vocabularies")) >= 3
    assert found["names"] == 30
    assert (found["made"], found["written"]) == (0, 0)


def test_the_poisons_would_work(tmp_path: Path, canary: Path) -> None:
    poisoned_models.export_with_canary(tmp_path / "model", canary)
    assert not canary.exists()
    tf.saved_model.load(str(tmp_path / "model"))
    assert canary.read_text() == "was here"
    canary.unlink()
    pickle.loads(pickle.dumps(Payload(canary)))
    assert canary.is_dir()


def test_a_function_that_stands_in_for_another_would_write_a_file(
    tmp_path: Path,
) -> None:
    model.export(tmp_path / "model")
    file = tmp_path / "model" / "saved_model.pb"
    altered = saved_model_pb2.SavedModel.FromString(file.read_bytes())
    lent_name.call_the_saver_under_another_name(
        altered.meta_graphs[0], f"{tmp_path}/canary"
    )
    file.write_bytes(altered.SerializeToString())
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    nothing = tf.constant([], tf.string)
    loaded.signatures["serving_default"](text=nothing)
    loaded.signatures["serving_examples"](examples=nothing)
    assert (tmp_path / "canary.index").exists()
    with pytest.raises(ModelError, match="can replace other functions"):
        operations.check(tmp_path / "model")


def test_clean_models_pass(tmp_path: Path) -> None:
    model.export(tmp_path / "plain")
    poisoned_models.export_with_table(tmp_path / "table")
    operations.check(tmp_path / "plain")
    operations.check(tmp_path / "table")


def test_operation_and_function_are_named(tmp_path: Path, canary: Path) -> None:
    poisoned_models.export_with_canary(tmp_path / "model", canary)
    with pytest.raises(
        ModelError,
        match=r"model: function __inference__initializer_\d+ has the operation "
        "WriteFile, which a text classifier does not need; the model was",
    ):
        operations.check(tmp_path / "model")
    assert not canary.exists()


@pytest.mark.parametrize("limit", ["MAX_GRAPH_BYTES", "MAX_BYTES", "MAX_FILES"])
def test_sizes_are_capped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    model.export(tmp_path / "model")
    monkeypatch.setattr(operations, limit, 2)
    with pytest.raises(ModelError, match="has over 2 (bytes|files)"):
        operations.check(tmp_path / "model")
