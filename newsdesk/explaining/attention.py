"""The attention between the tokens of one text."""

from dataclasses import dataclass

import numpy as np

from newsdesk.errors import ConfigError
from newsdesk.explaining.occlusion import Array


@dataclass(frozen=True)
class Attention:
    """How much each token looks at each other one.

    Attributes:
        tokens: of the text, without padding.
        weights: float32 [layers, heads, tokens, tokens]; every row sums to 1.
    """

    tokens: list[str]
    weights: Array

    @property
    def layers(self) -> int:
        """The number of layers."""
        return int(self.weights.shape[0])

    @property
    def heads(self) -> int:
        """The number of heads in each layer."""
        return int(self.weights.shape[1])

    def mean(self, layer: int | None = None, head: int | None = None) -> Array:
        """Averages layers and heads.

        Args:
            layer: the number of a layer, from 1; None for all layers.
            head: the number of a head, from 1; None for all heads.

        Returns:
            float64 [tokens, tokens]; every row sums to 1.

        Raises:
            ConfigError: there is no such layer or head.
        """
        _check("layer", layer, self.layers)
        _check("head", head, self.heads)
        chosen = self.weights
        if layer is not None:
            chosen = chosen[layer - 1 : layer]
        if head is not None:
            chosen = chosen[:, head - 1 : head]
        return np.asarray(chosen.mean((0, 1), dtype=np.float64))


def unpadded(tokens: list[str], weights: Array) -> Attention:
    """Leaves padding out.

    Args:
        tokens: [length] of one text, empty where padded.
        weights: float32 [layers, heads, length, length].

    Returns:
        The attention between all other tokens.
    """
    kept = [place for place, token in enumerate(tokens) if token]
    return Attention(
        [tokens[place] for place in kept], weights[:, :, kept][:, :, :, kept]
    )


def _check(name: str, number: int | None, count: int) -> None:
    if number is not None and not 1 <= number <= count:
        plural = f"{count} {name}s" if count > 1 else f"one {name}"
        raise ConfigError(
            f"--{name} {number}: the model has {plural}, counted from 1; choose "
            f"another {name}"
        )
