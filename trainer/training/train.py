"""Runs a training, from transformed examples to a SavedModel."""

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import tensorflow_transform as tft
import tf_keras

from newsdesk.config.environment import CHECKPOINTS_VARIABLE, RUN_FOLDER_VARIABLE
from newsdesk.inspection import operations
from trainer.custom_config import TrainerSettings
from trainer.data import transformed
from trainer.data.batches import Split, TokenRows
from trainer.data.collected import Space
from trainer.export import serving, warm_up
from trainer.model import Classifier
from trainer.optim import optimizer, precision
from trainer.text import tokenizer
from trainer.training import card, selection, stopping, strategy
from trainer.training.calibration import calibrate, scores_of
from trainer.training.checkpoints import Checkpoints, fingerprint
from trainer.training.job import Job
from trainer.training.limits import Fitted
from trainer.training.loop import Loop
from trainer.training.objective import Objective, class_weights
from trainer.training.progress import Progress
from trainer.training.vectors import Features, Kept, compute


def run_fn(fn_args: Job) -> None:
    """Trains and exports a model.

    Args:
        fn_args: the Trainer's files and folders, and its settings.

    Raises:
        Interrupted: a signal asked to stop; all steps are in a checkpoint.
        NewsdeskError: there are no rows, or the loss is not finite.
    """
    settings = TrainerSettings.model_validate(fn_args.custom_config)
    with strategy.choose(settings.train).scope():
        prepared = prepare(fn_args, settings)
        checkpoints = _checkpoints(fn_args, settings, prepared)
        progress = Progress(fn_args.model_run_dir)
        fitted, temperature = fit(prepared, settings, progress, checkpoints)
        is_chief = strategy.is_chief()
    # Outside, because inside every new variable waits for all workers.
    if is_chief:
        _export(fn_args, settings, prepared, fitted, temperature)
    checkpoints.remove()


class Prepared(NamedTuple):
    """What a training begins with.

    Attributes:
        transform_output: the output of Transform.
        rows: the train split.
        eval_rows: the eval split.
        model: the classifier before the first step.
        space: where rows are kept that do not fit in memory.
    """

    transform_output: tft.TFTransformOutput
    rows: TokenRows
    eval_rows: TokenRows
    model: Classifier
    space: Space


def prepare(job: Job, settings: TrainerSettings) -> Prepared:
    """Reads the rows and makes the model, in the scope of the strategy.

    Args:
        job: the Trainer's files and folders.
        settings: the settings of the training.

    Returns:
        Rows and model; the same for the same files and settings.

    Raises:
        NewsdeskError: there are no rows.
    """
    transform_output = tft.TFTransformOutput(job.transform_graph_path)
    rows = _rows(job, transform_output, "train", settings)
    eval_rows = _rows(job, transform_output, "eval", settings)
    tf_keras.utils.set_random_seed(settings.train.seed)
    chosen = precision.resolve(settings.train, settings.model.encoder)
    model = _classifier(settings, transform_output, chosen)
    return Prepared(transform_output, rows, eval_rows, model, _space(job, settings))


def _checkpoints(
    fn_args: Job, settings: TrainerSettings, prepared: Prepared
) -> Checkpoints:
    vocabulary = _vocabulary(prepared.transform_output)
    identity = fingerprint(settings, prepared.rows, prepared.eval_rows, vocabulary)
    checkpoints = Checkpoints(
        _checkpoint_root(fn_args) / identity, writes=strategy.is_chief()
    )
    if run := os.environ.get(RUN_FOLDER_VARIABLE):
        checkpoints.sign(run)
    return checkpoints


def _export(
    fn_args: Job,
    settings: TrainerSettings,
    prepared: Prepared,
    fitted: Fitted,
    temperature: float,
) -> None:
    folder = Path(fn_args.serving_model_dir)
    served = serving.Served(
        prepared.model,
        prepared.transform_output,
        settings.labels,
        settings.text,
        temperature,
    )
    serving.export(served, str(folder))
    described = card.card(settings, prepared.rows, fitted, temperature)
    card.write(described, fn_args.serving_model_dir)
    warm_up.add(served, prepared.rows.lengths, folder)
    operations.check(folder, settings.model.allowed_operations)


def _rows(
    fn_args: Job,
    transform_output: tft.TFTransformOutput,
    split: str,
    settings: TrainerSettings,
) -> TokenRows:
    vocabulary = tokenizer.vocabulary_file(transform_output)
    xla = precision.uses_xla(settings.train)
    return transformed.read(
        fn_args.train_files if split == "train" else fn_args.eval_files,
        transform_output,
        split,
        _space(fn_args, settings),
        tokenizer.id_count(vocabulary, settings.text),
        transformed.XLA_BUCKET_WIDTH if xla else transformed.BUCKET_WIDTH,
    )


def _space(fn_args: Job, settings: TrainerSettings) -> Space:
    run = fn_args.model_run_dir
    # A bucket has no disk.
    folder = tempfile.gettempdir() if "://" in run else run
    return Space(Path(folder), settings.train.memory_rows)


def _checkpoint_root(fn_args: Job) -> Path:
    """The folder above the checkpoints; one from the environment outlives the run."""
    inside = os.path.join(fn_args.model_run_dir, "checkpoints")
    return Path(os.environ.get(CHECKPOINTS_VARIABLE, inside))


def _vocabulary(transform_output: tft.TFTransformOutput) -> bytes:
    return Path(tokenizer.vocabulary_file(transform_output)).read_bytes()


def _classifier(
    settings: TrainerSettings, transform_output: tft.TFTransformOutput, chosen: str
) -> Classifier:
    vocabulary = tokenizer.vocabulary_file(transform_output)
    return Classifier(
        settings.model,
        id_count=tokenizer.id_count(vocabulary, settings.text),
        max_length=settings.text.max_length,
        classes=len(settings.labels),
        precision=chosen,
    )


def fit(
    prepared: Prepared,
    settings: TrainerSettings,
    progress: Progress,
    checkpoints: Checkpoints,
) -> tuple[Fitted, float]:
    """Trains a model.

    Args:
        prepared: rows and model; the model gets the best weights, and LoRA's changes
            are merged into them.
        settings: the settings of the training.
        progress: receives reports.
        checkpoints: where to continue from, and where to save.

    Returns:
        How the training ended, and the temperature of the merged model.

    Raises:
        Interrupted: a signal asked to stop; all steps are in a checkpoint.
        NewsdeskError: the loss is not finite.
    """
    _, rows, eval_rows, model, space = prepared
    train = settings.train
    scale = precision.LossScale() if model.precision == "float16" else None
    steps = optimizer.count_steps(
        len(rows),
        train,
        settings.optimizer,
        settings.model.encoder,
        len(settings.labels),
    )
    depths = model.encoder.depths if model.encoder.trainable else []
    adamw = optimizer.build(settings.optimizer, steps, depths, scale)
    if chosen := selection.sentence(train, settings.labels, rows.labels):
        progress.say(chosen)
    weights = class_weights(train, settings.labels, rows.labels)
    objective = Objective(weights, train.label_smoothing)
    loop = Loop(model, adamw, train, steps, objective)
    splits: dict[str, Split] = {"train": rows, "eval": eval_rows}
    with stopping.on_signals() as stop:
        if not model.encoder.trainable:
            features = Features(model, precision.uses_xla(train))
            for name, split in (("train", rows), ("eval", eval_rows)):
                kept = Kept(checkpoints.folder / name, checkpoints.writes, space)
                splits[name] = compute(split, features, kept, train, progress, stop)
        fitted = loop.fit(splits["train"], splits["eval"], progress, checkpoints, stop)
        is_merged = model.merge()
        if not train.calibrate:
            return fitted, 1.0
        scores = loop.best_scores
        # Merged weights are rounded, and the exported model does not use XLA.
        if scores is None or is_merged or precision.uses_xla(train):
            scores = scores_of(model, splits["eval"], train, stop)
        return fitted, calibrate(scores, progress)
