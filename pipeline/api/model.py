"""Classifies texts with a published model, from Python."""

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.errors import DataError
from newsdesk.inspection import operations, trial
from newsdesk.published import manifest
from pipeline.predict.answers import Answerer
from pipeline.predict.find_model import holds_model, opened_model
from pipeline.predict.texts import Unusable, question


@dataclass(frozen=True)
class Answer:
    """What a model says about one text.

    Attributes:
        label: the most probable class.
        probability: of this class, calibrated, from 0 to 1.
        probabilities: of every class, by its name; they add up to 1.
        truncated: whether the text is longer than the model reads; None if the model
            does not say so.
        unknown_share: the share of the text's tokens that the vocabulary lacks, from 0
            to 1; None if the model does not say so.
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]
    truncated: bool | None = None
    unknown_share: float | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Answer":
        """Makes an answer from what `Answerer.answers` yields for a text."""
        return cls(
            values["label"],
            values["probability"],
            values["probabilities"],
            values.get(features.TRUNCATED),
            values.get(features.UNKNOWN_SHARE),
        )


class Model:
    """A published model, loaded once.

    A `with` block, or `close`, removes the files of a model that was fetched from an
    object store; they are also removed at the end of the process.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        verify: bool = False,
        allow_operations: Collection[str] = (),
    ) -> None:
        """Finds, checks and loads a model.

        Args:
            path: the root folder of a pipeline, whose newest push is used; or the
                folder of a version, or of versions. By default, the newest push of all
                pipelines in ./newsdesk.
            verify: whether to check the model against its manifest first.
            allow_operations: TensorFlow operations to accept although they are not on
                the allow-list.

        Raises:
            ConfigError: there is no model, or it cannot be loaded.
            ModelError: it differs from its manifest, or contains operations that a
                text classifier does not need.
        """
        given = None if path is None else Path(path)
        is_model = given is not None and holds_model(given)
        root, model = (None, given) if is_model else (given, None)
        self._resources = contextlib.ExitStack()
        with contextlib.ExitStack() as opened:
            self.folder = opened.enter_context(opened_model(root, model))
            if verify:
                manifest.verify(self.folder)
            operations.check(self.folder, allow_operations)
            trial.check(self.folder)
            self.answerer = Answerer(self.folder)
            self._resources = opened.pop_all()

    @property
    def labels(self) -> list[str]:
        """The names of the classes, in the order of their numbers.

        Raises:
            ConfigError: the model does not name them.
        """
        return self.answerer.labels

    def predict(self, texts: Iterable[str]) -> list[Answer]:
        """Classifies texts in batches.

        Args:
            texts: each with at least one visible character.

        Returns:
            An answer for each text, in order.

        Raises:
            DataError: a text cannot be classified; names its position, and nothing was
                classified.
            TypeError: `texts` is a single string.
        """
        if isinstance(texts, str):
            raise TypeError("texts is a string; pass a list of strings")
        questions = list(_usable(texts))
        return [Answer.of(values) for values in self.answerer.answers(questions)]

    def close(self) -> None:
        """Removes the files of a model that was fetched from an object store."""
        self._resources.close()

    def __enter__(self) -> "Model":
        """Returns the model."""
        return self

    def __exit__(self, *_: object) -> None:
        """Calls `close`."""
        self.close()


def _usable(texts: Iterable[str]) -> Iterator[str]:
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"texts[{index}] is not a string: {type(text).__name__}")
        asked = question(text, f"texts[{index}]")
        if isinstance(asked, Unusable):
            raise DataError(f"{asked.reason}; leave it out")
        yield asked
