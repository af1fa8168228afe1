"""Loads the staged model in a new process and compares it with the predictions.

`python -m components.publisher.rehearsal MODEL PREDICTIONS` exits with 0 if the model
gives the probabilities of the exported original. Otherwise, it prints the difference.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.errors import ModelError
from newsdesk.evaluation.prediction_file import BATCH, FILE
from newsdesk.inspection import fresh
from newsdesk.published import manifest
from newsdesk.rows.parquet_opener import open_parquet

# The rows, the batch and the machine are the same, so only a change of the model can
# change a probability by more than this.
TOLERANCE = 1e-5
MINUTES = fresh.MINUTES
_MODULE = "components.publisher.rehearsal"


def rehearse(model: Path, predictions: Path) -> None:
    """Loads a model in a new process and compares its predictions.

    Args:
        model: the folder of the staged SavedModel, with its manifest.
        predictions: the folder that Predictions wrote.

    Raises:
        ModelError: the model cannot be loaded, or gives other predictions.
    """
    done = fresh.run(_MODULE, model, predictions, minutes=MINUTES)
    if done is None:
        raise ModelError(
            f"the staged model did not load and answer within {MINUTES:g} minutes, so "
            "nothing was published. If the machine was busy, run again; otherwise the "
            "graph of the model may contain an endless loop"
        )
    if done.returncode < 0:
        raise ModelError(
            "the process that tried the staged model was ended by signal "
            f"{-done.returncode}, so nothing was published. Signal 9 often means too "
            "little memory: give the machine more, and run again"
        )
    if done.returncode:
        raise ModelError(
            "the staged model is not the model that was trained, so nothing was "
            f"published: {_last_line(done)}; run again, and check the disk if it "
            "happens again"
        )


def compare(model: Path, predictions: Path) -> str | None:
    """Compares a model with the predictions for the first batch.

    Args:
        model: the folder of a SavedModel, with its manifest.
        predictions: the folder that Predictions wrote.

    Returns:
        The first difference, or None.

    Raises:
        ModelError: the manifest cannot be read.
    """
    import numpy as np
    import tensorflow as tf
    import tensorflow_text  # noqa: F401  registers operations of the model

    batches = open_parquet(predictions / FILE).iter_batches(BATCH)
    rows = next(batches).to_pydict()
    signature = tf.saved_model.load(str(model)).signatures[features.SERVING_TEXT]
    answer = signature(text=tf.constant(rows["text"]))
    found = answer[features.PROBABILITIES].numpy()
    expected = np.asarray(rows["probabilities"], np.float32)
    if found.shape != expected.shape:
        return (
            f"its probabilities have the shape {list(found.shape)}, not "
            f"{list(expected.shape)}"
        )
    away = np.abs(found - expected).max()
    # `away > TOLERANCE` would accept NaN.
    if not away <= TOLERANCE:
        return (
            f"a probability differs by {away:g}; rounding explains at most "
            f"{TOLERANCE:g}"
        )
    return _wrong_name(answer, found, manifest.read(model).origin.labels)


def _wrong_name(answer: dict[str, Any], found: Any, labels: list[str]) -> str | None:
    """Compares the label names that a model gives with its probabilities."""
    # The Evaluator reads only probabilities.
    names = [name.decode() for name in answer[features.LABELS].numpy()[0]]
    if names != labels:
        return f"its labels are {', '.join(names)}, not {', '.join(labels)}"
    for chosen, row in zip(answer[features.LABEL].numpy(), found, strict=True):
        name = chosen.decode()
        # The probabilities of two classes can be the same to the last bit.
        if name not in labels or row[labels.index(name)] < row.max() - TOLERANCE:
            return (
                f"it answers {name!r} where {labels[row.argmax()]!r} has the highest "
                "probability"
            )
    return None


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return lines[-1] if lines else f"its process ended with exit code {done.returncode}"


def _reason(error: Exception) -> str:
    """Finds the reason in the several lines that TensorFlow writes."""
    rest = str(error).rpartition("<stack traces unavailable>")[2].strip()
    return rest.partition("\n")[0]


def main() -> None:
    """Compares the model and the predictions that the command line names."""
    model, predictions = sys.argv[1:]
    try:
        difference = compare(Path(model), Path(predictions))
    except Exception as error:
        difference = f"{type(error).__name__}: {_reason(error)}"
    if difference:
        print(difference)
        sys.exit(1)


if __name__ == "__main__":
    main()
