"""Loads a model as a server would, in a process of its own, and asks it again.

`python -m components.publisher.rehearsal MODEL PREDICTIONS` ends with 0 if its answers
are those of the exported original, else with a sentence.
"""

import subprocess
import sys
from pathlib import Path

from components.predictions import BATCH, FILE
from pipeline import features
from pipeline.errors import ModelError

# The same rows in the same batch on the same machine: nothing but a change of the
# model moves a probability by more.
TOLERANCE = 1e-5
_MINUTES = 10


def rehearse(model: Path, predictions: Path) -> None:
    """Lets a fresh process load a model and compare its answers.

    Args:
        model: the folder of the staged SavedModel.
        predictions: the folder that Predictions wrote.

    Raises:
        ModelError: it cannot be loaded there, or answers otherwise.
    """
    command = [sys.executable, "-m", "components.publisher.rehearsal"]
    try:
        done = subprocess.run(
            [*command, str(model), str(predictions)],
            capture_output=True,
            text=True,
            timeout=_MINUTES * 60,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"the staged model did not answer within {_MINUTES} minutes; nothing was "
            "published"
        ) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"code {done.returncode}"])[-1]
        raise ModelError(
            "the staged model is not what was trained, so nothing was published: "
            f"{said}; run again, and look at the disk if it happens again"
        )


def compare(model: Path, predictions: Path) -> str | None:
    """Asks a model the first batch again.

    Args:
        model: the folder of a SavedModel.
        predictions: the folder that Predictions wrote.

    Returns:
        How it differs, None if it does not.
    """
    import numpy as np
    import pyarrow.parquet as pq
    import tensorflow as tf
    import tensorflow_text  # noqa: F401  registers operations of the model

    rows = next(pq.ParquetFile(predictions / FILE).iter_batches(BATCH)).to_pydict()
    answer = tf.saved_model.load(str(model)).signatures[features.SERVING_TEXT]
    found = answer(text=tf.constant(rows["text"]))[features.PROBABILITIES].numpy()
    wanted = np.asarray(rows["probabilities"], np.float32)
    if found.shape != wanted.shape:
        return f"it gives {list(found.shape)} probabilities for {list(wanted.shape)}"
    away = np.abs(found - wanted).max()
    # Written so that NaN is a difference.
    if not away <= TOLERANCE:
        return f"a probability is off by {away:g}, at most {TOLERANCE:g} is rounding"
    return None


def main() -> None:
    """Compares what the command line names."""
    model, predictions = sys.argv[1:]
    difference = compare(Path(model), Path(predictions))
    if difference:
        sys.exit(difference)


if __name__ == "__main__":
    main()
