"""Exports the SavedModel that benchmarks/inference.py measures, without training."""

import dataclasses
import shutil
from pathlib import Path

import trainer  # noqa: F401  chooses Keras before TensorFlow is imported

# isort: split

import tensorflow_transform as tft

from benchmarks import our_trainer
from benchmarks.race import Task
from trainer.custom_config import TrainerSettings
from trainer.export import serving
from trainer.model import Classifier
from trainer.optim import precision
from trainer.text import tokenizer

_LABELS = ["World", "Sports", "Business", "Sci/Tech"]


def main() -> None:
    """Exports the encoder of the task; `way` is the folder for `ours`."""
    task = Task.from_command_line()
    folder = Path(task.way)
    our_trainer.TASK = dataclasses.replace(task, way="ours")
    custom_config = our_trainer.custom_config()
    shutil.rmtree(folder / "graph", ignore_errors=True)
    graph = folder / "graph"
    our_trainer.write_graph(graph, custom_config)
    settings = TrainerSettings.model_validate(custom_config)
    transformed = tft.TFTransformOutput(str(graph))
    count = tokenizer.id_count(tokenizer.vocabulary_file(transformed), settings.text)
    chosen = precision.resolve(settings.train, settings.model.encoder)
    model = Classifier(settings.model, count, task.max_length, len(_LABELS), chosen)
    served = serving.Served(model, transformed, _LABELS, settings.text)
    serving.export(served, str(folder / "ours"))


if __name__ == "__main__":
    main()
