"""A published model, asked about single texts."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from newsdesk import features
from newsdesk.config.paths import plainly_named
from newsdesk.errors import ConfigError, first_line
from newsdesk.explaining.attention import Attention, unpadded
from newsdesk.explaining.occlusion import Array

# The attention of one text has layers x heads x tokens x tokens numbers; 22 layers of
# 12 heads need 4 GB for so many tokens.
MOST_ATTENDED = 2048


@dataclass(frozen=True)
class Coverage:
    """How much of a text a model reads and knows.

    Attributes:
        is_truncated: whether the text has more tokens than the model reads.
        unknown_share: the share of its tokens that the vocabulary lacks.
    """

    is_truncated: bool = False
    unknown_share: float = 0.0


class LoadedModel:
    """A SavedModel in memory.

    Args:
        folder: a SavedModel with the signature `serving_default`, whose operations
            were checked.

    Raises:
        ConfigError: the model cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  registers operations that a model may use

        self._folder = folder
        self._constant: Callable[..., Any] = tf.constant
        try:
            # Kept, because a signature does not keep its variables alive.
            with plainly_named(folder) as plain:
                self._model = tf.saved_model.load(str(plain))
            self._signatures: Mapping[str, Any] = self._model.signatures
            self._answer = self._signatures[features.SERVING_TEXT]
        except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
            raise ConfigError(
                f"{folder}: cannot be loaded: {first_line(error)}; choose another "
                "model with --model DIR"
            ) from None

    @cached_property
    def labels(self) -> list[str]:
        """The names of the classes, in the order of the probabilities."""
        (names,) = self._answer(text=self._constant([""]))[features.LABELS].numpy()
        return [name.decode() for name in names]

    @property
    def shows_attention(self) -> bool:
        """Whether the model has the signature `attention`."""
        return features.SERVING_ATTENTION in self._signatures

    @property
    def encoder(self) -> str | None:
        """The kind of its encoder; None if its card does not say."""
        return self._card().get("encoder")

    def answer(self, texts: list[str]) -> Array:
        """Classifies texts.

        Args:
            texts: a batch.

        Returns:
            float32 [batch, classes].
        """
        outputs = self._answer(text=self._constant(texts))
        return outputs[features.PROBABILITIES].numpy()

    def coverage(self, text: str) -> Coverage:
        """Finds out how much of a text the model reads and knows.

        Args:
            text: any text.

        Returns:
            The coverage; complete if the model does not say.
        """
        # Models of older releases do not say it.
        if features.SERVING_COVERAGE not in self._signatures:
            return Coverage()
        outputs = self._signatures[features.SERVING_COVERAGE](
            text=self._constant([text])
        )
        return Coverage(
            bool(outputs[features.TRUNCATED].numpy()[0]),
            float(outputs[features.UNKNOWN_SHARE].numpy()[0]),
        )

    @property
    def most_tokens(self) -> int | None:
        """How many tokens of a text the model reads; None if its card does not say."""
        found = self._card().get("max_length")
        return found if isinstance(found, int) else None

    def can_attend(self, text: str) -> bool:
        """Decides whether the attention of a text fits into memory.

        Args:
            text: any text.

        Returns:
            Whether it has at most MOST_ATTENDED tokens; a token has at least one byte.
        """
        longest = self._card().get("max_length", MOST_ATTENDED + 1)
        return min(len(text.encode()), int(longest)) <= MOST_ATTENDED

    def attend(self, text: str) -> Attention | None:
        """Computes the attention between the tokens of a text.

        Args:
            text: any text.

        Returns:
            The attention of all layers and heads; None if the model does not show it,
            or if it does not fit into memory.
        """
        if not self.shows_attention or not self.can_attend(text):
            return None
        attention = self._signatures[features.SERVING_ATTENTION]
        outputs = attention(text=self._constant([text]))
        (names,), (weights,) = outputs["tokens"].numpy(), outputs["attention"].numpy()
        return unpadded([name.decode("utf-8", "replace") for name in names], weights)

    def _card(self) -> dict[str, Any]:
        # Models from elsewhere have no card.
        file = self._folder / "assets.extra" / features.MODEL_CARD
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
