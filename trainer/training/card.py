"""The model card, which describes in assets.extra how a SavedModel was made."""

import importlib.metadata
import json
from pathlib import PurePath

import tensorflow as tf

from newsdesk import features
from trainer.custom_config import TrainerSettings
from trainer.data.batches import TokenRows
from trainer.training.limits import Fitted

_DISTRIBUTIONS = ("newsdesk", "tensorflow", "tensorflow-text", "tfx")


def card(
    settings: TrainerSettings, rows: TokenRows, fitted: Fitted, temperature: float
) -> dict[str, object]:
    """Makes the card of a model.

    Args:
        settings: the settings that it was trained with.
        rows: the rows that it was trained on.
        fitted: its results on the eval split before the logits are divided by the
            temperature, and how the training ended.
        temperature: the divisor of its logits.

    Returns:
        JSON-able values.
    """
    figures, training = fitted
    return {
        "text_columns": settings.text_columns,
        "quoting": settings.quoting,
        "encoding": settings.encoding,
        "delimiter": settings.delimiter,
        "columns": settings.columns,
        "labels": settings.labels,
        "max_length": settings.text.max_length,
        "tokenizer": settings.text.tokenizer,
        "encoder": settings.model.encoder.kind,
        "versions": {name: importlib.metadata.version(name) for name in _DISTRIBUTIONS},
        "data_fingerprint": rows.fingerprint,
        "train_rows": len(rows),
        "eval_accuracy": figures.accuracy,
        "eval_macro_f1": figures.macro_f1,
        "eval_loss": figures.loss,
        "temperature": temperature,
        "seed": settings.train.seed,
        "training": training.model_dump(mode="json", exclude_none=True),
        **({"tuned": settings.tuned} if settings.tuned else {}),
    }


def write(values: dict[str, object], folder: str) -> None:
    """Writes a card into a SavedModel.

    Args:
        values: from `card`.
        folder: the SavedModel.
    """
    extra = PurePath(folder) / "assets.extra"
    tf.io.gfile.makedirs(str(extra))
    with tf.io.gfile.GFile(str(extra / features.MODEL_CARD), "w") as stream:
        stream.write(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
