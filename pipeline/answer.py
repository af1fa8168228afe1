"""Answers texts with a pushed model; needs nothing but the SavedModel."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from pipeline import features
from pipeline.errors import ConfigError
from pipeline.history import past_runs
from pipeline.line_reader import Pause
from pipeline.paths import plainly_named
from pipeline.questions import Question, Unusable

BATCH = 64
# Characters of all texts of a batch, above which it is answered.
_SIZE = 2**22
_SAVED_MODEL = "saved_model.pb"


def find_model(
    root: Path | None = None, model: Path | None = None, home: Path = Path("newsdesk")
) -> Path:
    """Finds the model that is to answer.

    Args:
        root: a pipeline's folder; its newest push is taken.
        model: a version's folder, or the folder above versions; goes before root.
        home: where pipelines' folders lie; the newest push among them is taken if
            neither root nor model is given.

    Returns:
        The folder of one SavedModel.

    Raises:
        ConfigError: there is none; names what to run.
    """
    if model is not None:
        found = model if (model / _SAVED_MODEL).is_file() else _newest_version(model)
        if found is None:
            raise ConfigError(
                f"{model}: holds no model ({_SAVED_MODEL}, or folders of versions "
                "named by a number); give the folder that a run pushed to"
            )
        return found
    if root is not None:
        return newest_model(root)
    pushed = [found for one in home.glob("*") if (found := _newest_push(one))]
    if not pushed:
        raise ConfigError(
            f"{home}: holds no pushed model; make one with `newsdesk run CONFIG`, or "
            "name one with --root DIR or --model DIR"
        )
    return max(pushed, key=lambda folder: (folder / _SAVED_MODEL).stat().st_mtime_ns)


def newest_model(root: Path) -> Path:
    """Finds a pipeline's newest push.

    Args:
        root: the folder that holds everything the pipeline writes.

    Returns:
        The folder of the highest version in the place of the last push; below
        `serving` where no run tells of one that is there.

    Raises:
        ConfigError: nothing was pushed yet.
    """
    found = _newest_push(root)
    if found is None:
        raise ConfigError(
            f"{root}: holds no pushed model; `newsdesk run CONFIG` makes one, and "
            "`newsdesk runs` says why a run did not push"
        )
    return found


class Answerer:
    """A loaded model."""

    def __init__(self, folder: Path) -> None:
        """Loads a model.

        Args:
            folder: a SavedModel with the signature `serving_default`.

        Raises:
            ConfigError: it cannot be loaded.
        """
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  registers operations that a model may use

        self._folder = folder
        self._constant = tf.constant
        try:
            # Held, because the signature does not keep its variables alive.
            with plainly_named(folder) as plain:
                self._model = tf.saved_model.load(str(plain))
            self._signature = self._model.signatures[features.SERVING_TEXT]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            reason = str(error).partition("\n")[0]
            raise ConfigError(
                f"{folder}: cannot be loaded: {reason}; choose another with --model DIR"
            ) from None

    @property
    def text_columns(self) -> list[str]:
        """The columns of the training data that were joined to the text.

        Raises:
            ConfigError: the model does not say.
        """
        try:
            return list(self._card()["text_columns"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError(
                f"{self._card_file}: does not name the model's text columns; pass "
                "texts as arguments or on standard input instead of --file"
            ) from None

    @property
    def quoting(self) -> str:
        """What quotes mean in the training data, as in `data.quoting`."""
        try:
            return str(self._card()["quoting"])
        except (OSError, ValueError, KeyError, TypeError):
            return "auto"

    @property
    def _card_file(self) -> Path:
        return self._folder / "assets.extra" / features.MODEL_CARD

    def _card(self) -> Any:
        return json.loads(self._card_file.read_text(encoding="utf-8"))

    def answers(
        self, questions: Iterable[Question | Pause]
    ) -> Iterator[dict[str, Any]]:
        """Answers in batches, so that memory does not grow with the input.

        Args:
            questions: texts, and rows that cannot be used; at a pause what came
                before it is answered.

        Yields:
            For each question in order `label`, its `probability` and the
            `probabilities` of all labels; or `error`.
        """
        for batch in _batches(questions):
            texts = [one for one in batch if isinstance(one, str)]
            answered = iter(self._answered(texts) if texts else ())
            for one in batch:
                if isinstance(one, Unusable):
                    yield {"error": one.reason}
                else:
                    yield next(answered)

    def _answered(self, texts: list[str]) -> Iterator[dict[str, Any]]:
        outputs = self._signature(text=self._constant(texts))
        names = [name.decode() for name in outputs[features.LABELS].numpy()[0]]
        labels = outputs[features.LABEL].numpy()
        rows = outputs[features.PROBABILITIES].numpy().tolist()
        for label, row in zip(labels, rows, strict=True):
            probabilities = dict(zip(names, row, strict=True))
            yield {
                "label": label.decode(),
                "probability": probabilities[label.decode()],
                "probabilities": probabilities,
            }


def _batches(questions: Iterable[Question | Pause]) -> Iterator[list[Question]]:
    """Full batches, or less where the next question would have to be waited for."""
    batch: list[Question] = []
    size = 0
    for one in questions:
        if not isinstance(one, Pause):
            batch.append(one)
            size += len(one) if isinstance(one, str) else 0
            if len(batch) < BATCH and size < _SIZE:
                continue
        if batch:
            yield batch
        batch, size = [], 0
    if batch:
        yield batch


def _newest_push(root: Path) -> Path | None:
    pushes = (Path(run.pushed).parent for run in past_runs(root) if run.pushed)
    versions = map(_newest_version, chain(pushes, [root / "serving"]))
    return next((one for one in versions if one is not None), None)


def _newest_version(folder: Path) -> Path | None:
    """The highest number among the subfolders that hold a model."""
    versions = [
        file.parent
        for file in folder.glob(f"*/{_SAVED_MODEL}")
        if file.parent.name.isascii() and file.parent.name.isdigit()
    ]
    return max(versions, key=lambda version: int(version.name), default=None)
