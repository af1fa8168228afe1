"""The conductor of a training, from transformed examples to a SavedModel."""

import os
from pathlib import Path

import tensorflow_transform as tft
import tf_keras

from pipeline.config import CHECKPOINTS_VARIABLE
from trainer import card, data, optimizer, serving, stopping, text
from trainer.best import Figures
from trainer.checkpoints import Checkpoints, fingerprint
from trainer.job import Job
from trainer.loop import Loop
from trainer.model import Classifier
from trainer.objective import Objective, class_weights
from trainer.progress import Progress
from trainer.settings import TrainerSettings


def run_fn(fn_args: Job) -> None:
    """Trains and exports a model.

    Args:
        fn_args: the Trainer's files and folders, and its settings.

    Raises:
        Interrupted: somebody asked to stop, and what was done is saved.
        NewsdeskError: there are no rows, or the training went astray.
    """
    settings = TrainerSettings.model_validate(fn_args.custom_config)
    transform_output = tft.TFTransformOutput(fn_args.transform_graph_path)
    rows = data.read(fn_args.train_files, transform_output, "train")
    eval_rows = data.read(fn_args.eval_files, transform_output, "eval")
    tf_keras.utils.set_random_seed(settings.train.seed)
    model = _classifier(settings, transform_output)
    checkpoints = Checkpoints(
        _checkpoint_root(fn_args) / fingerprint(settings, rows, eval_rows)
    )
    progress = Progress(fn_args.model_run_dir)
    figures = _fit(model, settings, rows, eval_rows, progress, checkpoints)
    served = serving.Served(model, transform_output, settings.labels, settings.text)
    serving.export(served, fn_args.serving_model_dir)
    card.write(card.card(settings, rows, figures), fn_args.serving_model_dir)
    checkpoints.remove()


def _checkpoint_root(fn_args: Job) -> Path:
    """Outlives the run where the environment names it."""
    inside = os.path.join(fn_args.model_run_dir, "checkpoints")
    return Path(os.environ.get(CHECKPOINTS_VARIABLE, inside))


def _classifier(
    settings: TrainerSettings, transform_output: tft.TFTransformOutput
) -> Classifier:
    vocabulary = text.vocabulary_file(transform_output)
    return Classifier(
        settings.model,
        id_count=text.id_count(vocabulary, settings.text),
        max_length=settings.text.max_length,
        classes=len(settings.labels),
    )


def _fit(
    model: Classifier,
    settings: TrainerSettings,
    rows: data.Rows,
    eval_rows: data.Rows,
    progress: Progress,
    checkpoints: Checkpoints,
) -> Figures:
    steps = optimizer.count_steps(len(rows), settings.train, settings.optimizer)
    adamw = optimizer.build(settings.optimizer, steps, model.encoder.depths)
    weights = class_weights(settings.train, settings.labels, rows.labels)
    objective = Objective(weights, settings.train.label_smoothing)
    loop = Loop(model, adamw, settings.train, steps, objective)
    with stopping.on_signals() as stop:
        return loop.fit(rows, eval_rows, progress, checkpoints, stop)
