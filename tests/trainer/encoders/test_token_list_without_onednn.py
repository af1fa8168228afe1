"""A server without oneDNN gives the same answers."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from tests.trainer.encoders.test_lora import classifier
from tests.trainer.encoders.test_token_list import batch
from trainer.export import constants

pytestmark = pytest.mark.slow

SERVER = """
import sys
import numpy as np
import tensorflow as tf

folder = sys.argv[1]
signature = tf.saved_model.load(folder).signatures["serving_default"]
inputs = np.load(folder + "/inputs.npz")
answers = {
    name: next(iter(signature(tf.constant(inputs[name])).values())).numpy()
    for name in inputs.files
}
np.savez(folder + "/answers.npz", **answers)
"""


@pytest.mark.parametrize(
    ("precision", "allowed"), [("float32", 2e-5), ("bfloat16", 0.02)]
)
def test_a_server_without_onednn_gives_the_same_answers(
    precision: str, allowed: float, write_checkpoint: Any, tmp_path: Path
) -> None:
    folder = write_checkpoint()
    exact = classifier(folder)
    model = classifier(folder, precision)
    model.set_weights(exact.get_weights())
    spec = tf.TensorSpec([None, None], tf.int32)
    module = tf.Module()
    module.weights = list(model.weights)
    served, module.made = constants.folded(
        model.serve, spec, constants.most_bytes(precision)
    )
    function = tf.function(served, [spec], autograph=False)
    signature = function.get_concrete_function()
    tf.saved_model.save(module, str(tmp_path), {"serving_default": signature})
    # One text, few tokens, and many.
    inputs = {str(rows): batch(rows).numpy() for rows in (1, 3, 40)}
    np.savez(tmp_path / "inputs.npz", **inputs)

    subprocess.run(
        [sys.executable, "-c", SERVER, str(tmp_path)],
        env=os.environ | {"TF_ENABLE_ONEDNN_OPTS": "0"},
        check=True,
    )

    answers = np.load(tmp_path / "answers.npz")
    for name, ids in inputs.items():
        np.testing.assert_allclose(answers[name], exact(ids), atol=allowed)
