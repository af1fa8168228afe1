"""Our side of benchmarks/inference.py: a SavedModel, called with raw strings."""

import os
from collections.abc import Sequence
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import tensorflow as tf
import tensorflow_text  # noqa: F401  registers operations of the model

from benchmarks.answering import serve
from benchmarks.race import Task


def main() -> None:
    """Answers as the task says; `way` is the folder of the SavedModel."""
    task = Task.from_command_line()
    model = tf.saved_model.load(str(Path(task.way)))
    signature = model.signatures["serving_default"]

    def answer(texts: Sequence[str]) -> object:
        return signature(text=tf.constant(texts))["probabilities"].numpy()

    serve(task, answer)


if __name__ == "__main__":
    main()
