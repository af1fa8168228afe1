"""A classifier above an encoder of the hub: trained, moved, the hub deleted."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_text  # noqa: F401  registers the tokenizer of the exported graph
from tfx.components.trainer.fn_args_utils import FnArgs

from trainer.training.train import run_fn

pytestmark = pytest.mark.slow

TEXT = {"tokenizer": "encoder", "max_length": 12}
ROWS = [
    {"text": text, "label": place % 2}
    for place, text in enumerate(["team wins the cup", "shares fall again"] * 8)
]


@pytest.fixture(scope="module")
def graph(
    imported: Any, transform: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A transform graph with the pieces of the imported preprocessing model."""
    folder: Path = tmp_path_factory.mktemp("graph")
    transform(folder, ROWS, TEXT, encoder(imported))
    return folder


@pytest.mark.parametrize("trainable", [True, False])
def test_weights_are_trained_or_not_and_exported(
    imported: Any, graph: Path, trainable: bool, tmp_path: Path
) -> None:
    before = variables(str(imported.encoder))

    after = variables(run(imported, graph, tmp_path, trainable))

    assert before.keys() <= after.keys()
    changed = {n for n in before if not np.array_equal(before[n], after[n])}
    assert ("word_embeddings/embeddings:0" in changed) is trainable
    assert ("transformer/layer_1/output/kernel:0" in changed) is trainable
    assert trainable or not changed


def test_the_model_answers_without_the_hub_s_files(
    imported: Any, graph: Path, tmp_path: Path
) -> None:
    for name in ("encoder", "preprocess", "graph"):
        source = graph if name == "graph" else getattr(imported, name)
        shutil.copytree(source, tmp_path / "run" / name)
    copied = type(imported)(
        tmp_path / "run" / "encoder", tmp_path / "run" / "preprocess", ""
    )
    model = run(copied, tmp_path / "run" / "graph", tmp_path / "run", trainable=True)
    shutil.move(model, tmp_path / "moved")
    shutil.rmtree(tmp_path / "run")

    signatures = tf.saved_model.load(str(tmp_path / "moved")).signatures
    answer = signatures["serving_default"](text=tf.constant(["team", "", "x " * 99]))

    assert set(signatures) == {"serving_default", "serving_examples", "coverage"}
    np.testing.assert_allclose(tf.reduce_sum(answer["probabilities"], 1), 1, atol=1e-5)
    assert {label.decode() for label in answer["label"].numpy()} <= {"Sports", "Money"}


def encoder(imported: Any, trainable: bool = True) -> dict[str, Any]:
    """The model.encoder section."""
    return {
        "kind": "hub",
        "path": str(imported.encoder),
        "preprocess": str(imported.preprocess),
        "trainable": trainable,
    }


def run(imported: Any, graph: Path, folder: Path, trainable: bool) -> str:
    """Trains for an epoch; gives the path of the exported model."""
    run_fn(
        FnArgs(
            train_files=[str(graph / "rows.gz")],
            eval_files=[str(graph / "rows.gz")],
            transform_graph_path=str(graph),
            serving_model_dir=str(folder / "model"),
            model_run_dir=str(folder / "logs"),
            custom_config={
                "text": TEXT,
                "model": {"encoder": encoder(imported, trainable), "pooling": "cls"},
                "optimizer": {"learning_rate": 0.01},
                "train": {"epochs": 1, "batch_size": 4},
                "labels": ["Sports", "Money"],
                "text_columns": ["text"],
                "fingerprint": "",
            },
        )
    )
    return str(folder / "model")


def variables(folder: str) -> dict[str, np.ndarray]:
    """The float variables of a SavedModel by name."""
    loaded = tf.saved_model.load(folder)
    found = getattr(loaded, "model_weights", None) or loaded.variables
    return {one.name: one.numpy() for one in found if one.dtype == tf.float32}
