"""Loads a model as a server would, in a process of its own, and asks it again.

`python -m components.publisher.rehearsal MODEL PREDICTIONS` ends with 0 if its answers
are those of the exported original, else it prints how they differ.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from components.predictions import BATCH, FILE
from newsdesk import features
from newsdesk.errors import ModelError
from newsdesk.inspection import fresh
from newsdesk.published import manifest
from newsdesk.rows.parquet_opener import open_parquet

# The same rows in the same batch on the same machine: nothing but a change of the
# model moves a probability by more.
TOLERANCE = 1e-5
MINUTES = fresh.MINUTES
_MODULE = "components.publisher.rehearsal"


def rehearse(model: Path, predictions: Path) -> None:
    """Lets a fresh process load a model and compare its answers.

    Args:
        model: the folder of the staged SavedModel, with its manifest.
        predictions: the folder that Predictions wrote.

    Raises:
        ModelError: it cannot be loaded there, or answers otherwise.
    """
    done = fresh.run(_MODULE, model, predictions, minutes=MINUTES)
    if done is None:
        raise ModelError(
            f"the staged model did not load and answer within {MINUTES:g} minutes, so "
            "nothing was published; its graph may loop for ever, or the machine was "
            "busy: then run again"
        )
    if done.returncode < 0:
        raise ModelError(
            "the process that tried the staged model was ended by signal "
            f"{-done.returncode}, so nothing was published; 9 is often too little "
            "memory: give the machine more, and run again"
        )
    if done.returncode:
        raise ModelError(
            "the staged model is not what was trained, so nothing was published: "
            f"{_said(done)}; run again, and look at the disk if it happens again"
        )


def compare(model: Path, predictions: Path) -> str | None:
    """Asks a model the first batch again.

    Args:
        model: the folder of a SavedModel, with its manifest.
        predictions: the folder that Predictions wrote.

    Returns:
        How it differs, None if it does not.

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
    wanted = np.asarray(rows["probabilities"], np.float32)
    if found.shape != wanted.shape:
        return f"it gives {list(found.shape)} probabilities for {list(wanted.shape)}"
    away = np.abs(found - wanted).max()
    # Written so that NaN is a difference.
    if not away <= TOLERANCE:
        return f"a probability is off by {away:g}, at most {TOLERANCE:g} is rounding"
    return _misnamed(answer, found, manifest.read(model).origin.labels)


def _misnamed(answer: dict[str, Any], found: Any, labels: list[str]) -> str | None:
    """Whether the names that it answers are those of its probabilities.

    The Evaluator looks at probabilities alone.
    """
    names = [name.decode() for name in answer[features.LABELS].numpy()[0]]
    if names != labels:
        return f"its labels are {', '.join(names)}, not {', '.join(labels)}"
    for said, row in zip(answer[features.LABEL].numpy(), found, strict=True):
        name = said.decode()
        # Classes can be equally likely to the last bit.
        if name not in labels or row[labels.index(name)] < row.max() - TOLERANCE:
            return f"it answers {name!r} where {labels[row.argmax()]!r} is likelier"
    return None


def _said(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return lines[-1] if lines else f"its process ended with {done.returncode}"


def _reason(error: Exception) -> str:
    """The line that says what is wrong, of the several that TensorFlow writes."""
    told = str(error).rpartition("<stack traces unavailable>")[2].strip()
    return told.partition("\n")[0]


def main() -> None:
    """Compares what the command line names."""
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
