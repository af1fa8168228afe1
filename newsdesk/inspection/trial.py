"""Loads and calls a model in a fresh process before this process does.

`check` starts `python -m newsdesk.inspection.trial MODEL` and waits for its end.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.errors import ModelError
from newsdesk.inspection import fresh, parsed
from newsdesk.inspection.bounded import is_bounded

_MODULE = "newsdesk.inspection.trial"
_TEXTS = ["", "word", "a longer text of several words " * 40]
_ENCODER_INPUTS = ("input_word_ids", "input_mask", "input_type_ids")


def check(folder: Path) -> None:
    """Refuses a model that hangs when it is loaded or called.

    A model without loops and recursion cannot hang, so it is not tried.

    Args:
        folder: of a SavedModel whose operations were checked.

    Raises:
        ModelError: it did not end within the limit, or cannot be read.
    """
    if is_bounded(parsed.read(folder / "saved_model.pb")):
        return
    if fresh.run(_MODULE, folder) is None:
        raise ModelError(
            f"{folder}: the model did not load and answer within {fresh.MINUTES:g} "
            "minutes, so its graph may loop forever; nothing was published. Use "
            "another model, or run again if the machine was busy"
        )


def call(folder: Path) -> None:
    """Loads a model and calls its functions; ignores errors, which later calls report.

    Args:
        folder: of a SavedModel.
    """
    import tensorflow as tf
    import tensorflow_text  # noqa: F401  registers operations of the model

    with suppress(Exception):
        loaded = tf.saved_model.load(str(folder))
        texts = tf.constant(_TEXTS)
        ids = tf.ones([2, 8], tf.int32)
        for attempt in (
            lambda: loaded.signatures[features.SERVING_TEXT](text=texts),
            lambda: loaded(dict.fromkeys(_ENCODER_INPUTS, ids)),
            lambda: loaded.tokenize(texts),
        ):
            _try(attempt)


def _try(attempt: Any) -> None:
    with suppress(Exception):
        attempt()


if __name__ == "__main__":
    call(Path(sys.argv[1]))
