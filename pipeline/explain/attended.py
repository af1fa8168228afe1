"""Chooses the layer and head that a picture shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk.errors import ConfigError
from newsdesk.explaining.attention import Attention
from newsdesk.explaining.loaded import MOST_ATTENDED, LoadedModel
from newsdesk.explaining.occlusion import Array
from pipeline.explain import picture, remarks

_ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """What to show.

    Attributes:
        layer: the number of a layer, from 1; None for the last one, `all` for the mean.
        head: the number of a head, from 1; None for the mean.
    """

    layer: int | str | None = None
    head: int | None = None

    @classmethod
    def of(cls, layer: str | None, head: int | None) -> "Chosen":
        """Reads the options --layer and --head.

        Args:
            layer: as typed.
            head: the number.

        Returns:
            The choice.

        Raises:
            ConfigError: the layer is not a number.
        """
        if layer is None or layer == _ALL:
            return cls(layer, head)
        if not (layer.isascii() and layer.isdigit()):
            raise ConfigError(
                f"--layer {layer}: is not a number; use a number from 1, or {_ALL} for "
                "the mean of all layers"
            )
        return cls(int(layer), head)


@dataclass(frozen=True)
class Shown:
    """A matrix and what it is.

    Attributes:
        label: the answer of the model.
        probability: of the answer.
        tokens: of the text.
        matrix: float64 [tokens, tokens]; every row sums to 1.
        layer: the number of the layer; None for the mean of all.
        head: the number of the head; None for the mean of all.
        layers: how many the model has.
        heads: how many each layer has.
        remarks: what the model does not read or know of the text, one sentence each.
    """

    label: str
    probability: float
    tokens: list[str]
    matrix: Array
    layer: int | None
    head: int | None
    layers: int
    heads: int
    remarks: list[str]


def check_suffix(file: Path) -> None:
    """Refuses a file name that is not one of a picture.

    Args:
        file: the file to write.

    Raises:
        ConfigError: the suffix is not known.
    """
    if file.suffix.lower() not in picture.SUFFIXES:
        raise ConfigError(
            f"{file}: does not end with {' or '.join(picture.SUFFIXES)}; choose a name "
            "that does"
        )


def attend(model: LoadedModel, folder: Path, text: str, chosen: Chosen) -> Shown:
    """Asks a model for its answer and its attention.

    Args:
        model: the model.
        folder: its folder, for messages.
        text: the text.
        chosen: the layer and head.

    Returns:
        The matrix to show.

    Raises:
        ConfigError: the model does not show its attention, the text is too long, or
            there is no such layer or head.
    """
    if not model.shows_attention:
        raise ConfigError(_refusal(model, folder))
    found = model.attend(text)
    if found is None:
        raise ConfigError(
            f"the text has {len(text.encode()):,} bytes, and its attention may not fit "
            f"into memory; use a part of it with at most {MOST_ATTENDED:,} bytes"
        )
    layer = _layer(found, chosen)
    (probabilities,) = model.answer([text])
    answer = int(probabilities.argmax())
    return Shown(
        model.labels[answer],
        float(probabilities[answer]),
        found.tokens,
        found.mean(layer, chosen.head),
        layer,
        chosen.head,
        found.layers,
        found.heads,
        remarks.of_text(model, text),
    )


def as_values(shown: Shown) -> dict[str, Any]:
    """Formats attention for JSON.

    Args:
        shown: the matrix.

    Returns:
        JSON-able values.
    """
    return {**vars(shown), "matrix": shown.matrix.tolist()}


def draw(shown: Shown, file: Path) -> Iterator[str]:
    """Writes the picture.

    Args:
        shown: the matrix.
        file: the picture.

    Yields:
        What was done, one line each.

    Raises:
        NewsdeskError: the file cannot be written.
    """
    yield from (f"note     {remark}" for remark in shown.remarks)
    count, most = len(shown.tokens), picture.MOST_TOKENS
    notes = _described(shown)
    if count > most:
        notes += f"; the first {most} of {count} tokens"
        yield (
            f"note     the picture shows the first {most} of {count} tokens; --json "
            "prints all"
        )
    heading = f"{shown.label}  {shown.probability:.4f}"
    matrix = shown.matrix[:most, :most]
    picture.draw(shown.tokens[:most], matrix, heading, notes, file)
    yield f"written  {file}"


def _layer(found: Attention, chosen: Chosen) -> int | None:
    if chosen.layer == _ALL:
        return None
    return found.layers if chosen.layer is None else int(chosen.layer)


def _described(shown: Shown) -> str:
    if shown.head is not None:
        head = f"head {shown.head} of {shown.heads}"
    elif shown.heads == 1:
        head = "its only head"
    else:
        head = f"mean of {shown.heads} heads"
    if shown.layer is None:
        return f"{head}, mean of {shown.layers} layers"
    return f"{head}, layer {shown.layer} of {shown.layers}"


def _refusal(model: LoadedModel, folder: Path) -> str:
    reason = "it has no signature `attention`"
    if model.encoder == "hub":
        reason = "an encoder of kind 'hub' does not show its attention"
    return (
        f"{folder}: {reason}; use a model whose model.encoder.kind is 'transformer' or "
        "'checkpoint', or see which words matter with `newsdesk explain`, which works "
        "with every model"
    )
