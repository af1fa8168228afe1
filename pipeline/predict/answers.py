"""Classifies texts with a pushed model; needs only the SavedModel."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.config.paths import plainly_named
from newsdesk.errors import ConfigError, first_line
from pipeline.predict.line_reader import Pause
from pipeline.predict.texts import Question, Unusable

BATCH = 64
# A batch with more characters is not filled further, so that memory stays limited.
_SIZE = 2**22


class Answerer:
    """A loaded model that classifies texts.

    Attributes:
        signatures: all functions of the model that a server calls, by name.
    """

    def __init__(self, folder: Path) -> None:
        """Loads a model.

        Args:
            folder: a SavedModel with the signature `serving_default`.

        Raises:
            ConfigError: the model cannot be loaded.
        """
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  registers operations that a model may use

        self._folder = folder
        self._constant = tf.constant
        try:
            # Kept, because the signature does not keep its variables alive.
            with plainly_named(folder) as plain:
                self._model = tf.saved_model.load(str(plain))
            self.signatures: Mapping[str, Any] = self._model.signatures
            signatures = self.signatures
            self._signature = signatures[features.SERVING_TEXT]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            reason = first_line(error)
            raise ConfigError(
                f"{folder}: cannot be loaded: {reason}; choose another model with "
                "--model DIR"
            ) from None

        # Models of older releases do not say what they see of a text.
        has_coverage = features.SERVING_COVERAGE in signatures
        self._coverage = signatures[features.SERVING_COVERAGE] if has_coverage else None

    @property
    def text_columns(self) -> list[str]:
        """The columns of the training data that form the text, in order.

        Raises:
            ConfigError: the model does not name them.
        """
        try:
            return list(self._card()["text_columns"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError(
                f"{self._card_file}: does not name the model's text columns; pass "
                "texts as arguments or on standard input instead of --file"
            ) from None

    @property
    def labels(self) -> list[str]:
        """The names of the classes, in the order of their numbers.

        Raises:
            ConfigError: the model does not name them.
        """
        try:
            return list(self._card()["labels"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError(
                f"{self._card_file}: does not name the model's labels, so rows cannot "
                "be compared with them; choose a model that `newsdesk run` pushed"
            ) from None

    @property
    def quoting(self) -> str:
        """What quotes mean in the training data; a value of `data.quoting`."""
        return self._setting("quoting")

    @property
    def encoding(self) -> str:
        """The encoding of the training data; a value of `data.encoding`."""
        return self._setting("encoding")

    @property
    def delimiter(self) -> str:
        """The delimiter of the training data; a value of `data.delimiter`."""
        return self._setting("delimiter")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the training data if its files had no header, else empty."""
        try:
            return tuple(map(str, self._card()["columns"]))
        except (OSError, ValueError, KeyError, TypeError):
            return ()

    def _setting(self, name: str) -> str:
        # Cards of older models do not have every setting.
        try:
            return str(self._card()[name])
        except (OSError, ValueError, KeyError, TypeError):
            return "auto"

    @property
    def _card_file(self) -> Path:
        return self._folder / "assets.extra" / features.MODEL_CARD

    def _card(self) -> Any:
        return json.loads(self._card_file.read_text(encoding="utf-8"))

    def answers(
        self, questions: Iterable[Question | Pause], covered: bool = True
    ) -> Iterator[dict[str, Any]]:
        """Classifies in batches, so that memory does not grow with the input.

        Args:
            questions: texts, and rows that cannot be used; a pause ends a batch.
            covered: whether to ask what the model sees and knows of each text, for
                which the model cuts it into tokens again.

        Yields:
            For each question, in order, `label`, its `probability` and the
            `probabilities` of all labels, and if the model says so, whether the text
            was `truncated` and the `unknown_share` of its tokens; or `error`.
        """
        for batch in _batches(questions):
            texts = [item for item in batch if isinstance(item, str)]
            answered = iter(self._answered(texts, covered) if texts else ())
            for item in batch:
                if isinstance(item, Unusable):
                    yield {"error": item.reason}
                else:
                    yield next(answered)

    def _answered(self, texts: list[str], covered: bool) -> Iterator[dict[str, Any]]:
        batch = self._constant(texts)
        outputs = self._signature(text=batch)
        coverage = self._covered(batch, len(texts)) if covered else [{}] * len(texts)
        names = [name.decode() for name in outputs[features.LABELS].numpy()[0]]
        labels = outputs[features.LABEL].numpy()
        rows = outputs[features.PROBABILITIES].numpy().tolist()
        for label, row, seen in zip(labels, rows, coverage, strict=True):
            probabilities = dict(zip(names, row, strict=True))
            yield {
                "label": label.decode(),
                "probability": probabilities[label.decode()],
                "probabilities": probabilities,
                **seen,
            }

    def _covered(self, batch: Any, count: int) -> list[dict[str, Any]]:
        """What the model sees and knows of each text; nothing if it does not say."""
        if self._coverage is None:
            return [{}] * count
        outputs = self._coverage(text=batch)
        names = (features.TRUNCATED, features.UNKNOWN_SHARE)
        columns = [outputs[name].numpy().tolist() for name in names]
        return [
            dict(zip(names, values, strict=True))
            for values in zip(*columns, strict=True)
        ]


def doubts(answer: Mapping[str, Any]) -> str:
    """Says why an answer may be wrong, for the end of its line.

    Args:
        answer: from `Answerer.answers`.

    Returns:
        A remark in parentheses; "" if there is none.
    """
    remarks = []
    if answer.get(features.TRUNCATED):
        remarks.append("the text is longer than the model reads")
    if answer.get(features.UNKNOWN_SHARE) == 1:
        remarks.append("the model knows no word of it")
    return f"  ({'; '.join(remarks)})" if remarks else ""


def _batches(questions: Iterable[Question | Pause]) -> Iterator[list[Question]]:
    """Makes batches; a pause ends one early, because the next question may be late."""
    batch: list[Question] = []
    size = 0
    for item in questions:
        if not isinstance(item, Pause):
            batch.append(item)
            size += len(item) if isinstance(item, str) else 0
            if len(batch) < BATCH and size < _SIZE:
                continue
        if batch:
            yield batch
        batch, size = [], 0
    if batch:
        yield batch
