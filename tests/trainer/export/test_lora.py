"""A model that LoRA has trained is published like any other."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_text  # noqa: F401  registers the operations of the model
from tfx.components.trainer.fn_args_utils import FnArgs

from newsdesk.inspection import operations
from trainer.training.train import run_fn

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", ["distilbert", "modernbert"])
def test_the_published_model_has_no_trace_of_lora(
    name: str, shared: Path, transform: Any, tmp_path: Path
) -> None:
    source = shared / "reference" / "encoders" / name
    if not source.is_dir():
        pytest.skip("no reference encoders beside the clone")
    reference = json.loads((source / "reference.json").read_text())["rows"]
    rows = [{"text": row["text"], "label": n % 2} for n, row in enumerate(reference)]
    encoder = {"kind": "checkpoint", "path": str(source)}
    text = {"tokenizer": "encoder", "max_length": 16}
    transform(tmp_path / "graph", rows, text, encoder)

    def published(**more: Any) -> Any:
        folder = tmp_path / f"model-{len(more)}"
        run_fn(
            FnArgs(
                train_files=[str(tmp_path / "graph" / "rows.gz")],
                eval_files=[str(tmp_path / "graph" / "rows.gz")],
                transform_graph_path=str(tmp_path / "graph"),
                serving_model_dir=str(folder),
                model_run_dir=str(tmp_path / f"logs-{len(more)}"),
                custom_config={
                    "text": text,
                    "model": {"encoder": encoder | more},
                    "optimizer": {"learning_rate": 0.01},
                    "train": {"epochs": 1, "batch_size": 16, "precision": "bfloat16"},
                    "labels": ["Odd", "Even"],
                    "text_columns": ["text"],
                    "fingerprint": "",
                },
            )
        )
        operations.check(folder)
        return tf.saved_model.load(str(folder))

    adapted, full = published(lora_rank=2), published()

    variables = [
        [(weight.name, weight.shape) for weight in model.model_weights]
        for model in (adapted, full)
    ]
    assert variables[0] == variables[1]
    assert set(adapted.signatures) == set(full.signatures)
    found = adapted.signatures["serving_default"](tf.constant(["a text"]))
    np.testing.assert_allclose(tf.reduce_sum(found["probabilities"]), 1, atol=1e-3)
