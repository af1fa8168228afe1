"""Measures what bfloat16 costs in answers: here, and in PyTorch with the same weights.

Takes the weights of a fine-tuned model, and answers the texts of test.csv in float32
and in bfloat16. The two may have different labels only where two classes are nearly
equally likely.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from benchmarks import our_trainer
from benchmarks.competitor import torch_python, torch_versions
from benchmarks.options import (
    LABELS,
    add_data,
    add_weights,
    data_folder,
    heading_of,
    weights_folder,
)
from benchmarks.race import Task
from benchmarks.table import ROOT, keep, machine, markdown
from trainer.custom_config import TrainerSettings
from trainer.export.serving import Served
from trainer.model import Classifier
from trainer.pretrained.names import BERT
from trainer.text import tokenizer

_BATCHES = (64, 1)
_HEAD = ("head", "logits")
Answer = Callable[[Sequence[str]], np.ndarray]


def main() -> None:
    """Reads the command line, answers, and keeps the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data(parser)
    add_weights(parser)
    parser.add_argument(
        "model",
        type=Path,
        help="folder of a SavedModel that `newsdesk run` trained from the checkpoint "
        "with pipeline/configs/ag_news_checkpoint.toml",
    )
    given = parser.parse_args()
    where = machine()
    weights = weights_folder(given.weights)
    task = Task(data=str(data_folder(given.data)), weights=str(weights))
    rows = sorted(zip(*task.rows("test"), strict=True), key=_length)
    texts, labels = [row[0] for row in rows], [row[1] for row in rows]
    with tempfile.TemporaryDirectory(prefix="newsdesk-benchmark-") as folder:
        lines = _our_lines(task, given.model, Path(folder), texts, labels)
        lines += _torch_lines(task, Path(folder), labels)
    table = markdown(
        ["", "largest difference", "mean", "other labels", "their gaps", "accuracy"],
        lines,
    )
    print(table)
    what = (
        f"{weights.name}, fine-tuned for one epoch; {len(texts):,} texts of test.csv, "
        "sorted by length. Differences of probabilities between bfloat16 and float32. "
        "Gap: between the two likeliest classes in float32. Accuracy: in float32, and "
        "in bfloat16."
    )
    keep(
        heading_of("Rounding of answers", weights.name),
        [what, table, f"{where}; {torch_versions()}."],
    )


def compared(
    exact: np.ndarray, rounded: np.ndarray, labels: Sequence[int]
) -> list[str]:
    """Compares the answers of one model in two precisions.

    Args:
        exact: float [rows, classes], probabilities in float32.
        rounded: the same in bfloat16.
        labels: of the rows.

    Returns:
        Largest and mean difference, rows with another label, their gaps, accuracies.
    """
    differences = np.abs(exact - rounded)
    found = rounded.argmax(1)
    changed = found != exact.argmax(1)
    second, first = np.sort(exact, 1)[:, -2:].T
    gaps = ", ".join(f"{gap:.4f}" for gap in sorted((first - second)[changed]))
    right = [np.mean(one.argmax(1) == labels) for one in (exact, rounded)]
    return [
        f"{differences.max():.4f}",
        f"{differences.mean():.5f}",
        str(changed.sum()),
        gaps,
        f"{right[0]:.4f}, {right[1]:.4f}",
    ]


def _length(row: tuple[str, int]) -> int:
    return len(row[0])


def _our_lines(
    task: Task, model: Path, folder: Path, texts: Sequence[str], labels: Sequence[int]
) -> list[list[str]]:
    our_trainer.TASK = task
    custom_config = our_trainer.custom_config()
    our_trainer.write_graph(folder, custom_config)
    settings = TrainerSettings.model_validate(custom_config)
    transformed = tft.TFTransformOutput(str(folder))
    count = tokenizer.id_count(tokenizer.vocabulary_file(transformed), settings.text)
    values = [one.numpy() for one in tf.saved_model.load(str(model)).model_weights]

    def answer(precision: str) -> Answer:
        own = Classifier(settings.model, count, task.max_length, len(LABELS), precision)
        own.set_weights(values)
        _write_weights(own, folder / "weights.npz")
        served = Served(own, transformed, list(LABELS), settings.text)
        spec = tf.TensorSpec([None], tf.string)
        function = tf.function(served.answer, [spec], autograph=False)
        return lambda some: function(tf.constant(some))["probabilities"].numpy()

    (folder / "texts.txt").write_text("\0".join(texts))
    exact, rounded = answer("float32"), answer("bfloat16")
    lines = []
    for size in _BATCHES:
        pair = [_answered(one, texts, size) for one in (exact, rounded)]
        line = compared(pair[0], pair[1], labels)
        lines.append([f"newsdesk, batch {size}", *line])
    return lines


def _answered(answer: Answer, texts: Sequence[str], size: int) -> np.ndarray:
    return np.concatenate(
        [answer(texts[first : first + size]) for first in range(0, len(texts), size)]
    )


def _write_weights(model: Classifier, file: Path) -> None:
    """Writes the weights with the names of PyTorch; kernels become [out, in]."""
    found = {}
    for weight in model.weights:
        name = weight.name.partition(":")[0].removeprefix("classifier/")
        values = weight.numpy()
        values = values.T if name.endswith("kernel") else values
        if name.startswith(_HEAD):
            layer, kind = name.split("/")
            found[f"{layer}.{'weight' if kind == 'kernel' else 'bias'}"] = values
            continue
        theirs = BERT.theirs(name.removeprefix("bert/"))
        parts = np.split(values, len(theirs))
        for one, part in zip(theirs, parts, strict=True):
            found[f"encoder.{one}"] = part
    np.savez(file, **found)


def _torch_lines(task: Task, folder: Path, labels: Sequence[int]) -> list[list[str]]:
    command = [str(torch_python()), "-m", "benchmarks.torch_rounding"]
    words = [task.weights, str(folder), *map(str, _BATCHES)]
    if subprocess.run([*command, *words], cwd=ROOT).returncode:
        sys.exit("PyTorch has not answered; see its output above")
    lines = []
    for size in _BATCHES:
        pair = np.load(folder / f"answers-{size}.npz")
        line = compared(pair["float32"], pair["bfloat16"], labels)
        lines.append([f"PyTorch, batch {size}", *line])
    return lines


if __name__ == "__main__":
    main()
