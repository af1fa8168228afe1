"""Draws attention as a picture: a matrix with the tokens on both axes."""

import io
from collections.abc import Sequence
from pathlib import Path

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from newsdesk.errors import NewsdeskError, reason
from newsdesk.explaining.occlusion import Array
from pipeline.explain.fonts import Fonts

SUFFIXES = (".png", ".svg")
# Labels of more tokens are too small for a screen.
MOST_TOKENS = 100
_LONGEST_LABEL = 24
# Inches for each token, and points and dots of the letters beside it.
_CELL, _LABEL, _DOTS = 0.2, 8, 150
_SMALLEST = 2.4
_GAP, _BAR = 0.12, 0.14
# The darkest colour is at least this many times the share of equal attention.
_PALE = 3


def draw(
    tokens: Sequence[str], matrix: Array, heading: str, notes: str, file: Path
) -> None:
    """Writes a picture.

    Args:
        tokens: at most MOST_TOKENS.
        matrix: float [tokens, tokens]; a row is the token that looks.
        heading: the answer.
        notes: what the matrix is, below the heading.
        file: the picture; its suffix decides the format.

    Raises:
        NewsdeskError: the file cannot be written.
    """
    # Without this, the user's own settings could change the picture.
    with matplotlib.style.context(["default", {"svg.hashsalt": "newsdesk"}]):
        written = _rendered(_figure(tokens, matrix, heading, notes), file.suffix)
    try:
        file.write_bytes(written)
    except OSError as error:
        raise NewsdeskError(
            f"{file}: cannot be written: {reason(error)}; choose another file"
        ) from None


def _rendered(figure: Figure, suffix: str) -> bytes:
    FigureCanvasAgg(figure)
    stream = io.BytesIO()
    kind = suffix.lower().removeprefix(".")
    # Without the date, the same text gives the same file.
    metadata = {"Date": None} if kind == "svg" else None
    figure.savefig(
        stream,
        format=kind,
        dpi=_DOTS,
        bbox_inches="tight",
        pad_inches=0.15,
        metadata=metadata,
    )
    return stream.getvalue()


def _figure(tokens: Sequence[str], matrix: Array, heading: str, notes: str) -> Figure:
    side = max(_CELL * len(tokens), _SMALLEST)
    figure = Figure(figsize=(side, side))
    axes = figure.add_axes((0, 0, 1, 1))
    # Equal shares are pale, so that small differences do not look large.
    darkest = max(float(matrix.max()), _PALE / len(tokens))
    image = axes.imshow(matrix, cmap="Blues", vmin=0, vmax=darkest, aspect="auto")
    place = figure.add_axes((1 + _GAP / side, 0, _BAR / side, 1))
    bar = figure.colorbar(image, cax=place)
    bar.set_label("attention; every row sums to 1", fontsize=_LABEL)
    bar.ax.tick_params(labelsize=_LABEL)
    fonts = Fonts()
    _label_axes(axes, tokens, fonts)
    _write_above(axes, notes, 6, _LABEL, fonts)
    _write_above(axes, heading, 20, 12, fonts)
    return figure


def _label_axes(axes: Axes, tokens: Sequence[str], fonts: Fonts) -> None:
    fitted = [fonts.fit(_cut(token)) for token in tokens]
    # Cut again, because escapes are long.
    texts = [_cut(text) for text, _ in fitted]
    # A dollar sign is not mathematics.
    axes.set_xticks(range(len(texts)), texts, rotation=90, parse_math=False)
    axes.set_yticks(range(len(texts)), texts, parse_math=False)
    for axis in (axes.xaxis, axes.yaxis):
        for label, (_, font) in zip(axis.get_ticklabels(), fitted, strict=True):
            label.set_fontproperties(font)
            label.set_fontsize(_LABEL)
    axes.set_xlabel("token that is looked at", fontsize=_LABEL)
    axes.set_ylabel("token that looks", fontsize=_LABEL)
    axes.tick_params(length=2)


def _write_above(
    axes: Axes, text: str, points: float, size: float, fonts: Fonts
) -> None:
    shown, font = fonts.fit(text)
    axes.annotate(
        shown,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, points),
        textcoords="offset points",
        fontproperties=font,
        fontsize=size,
        parse_math=False,
    )


def _cut(token: str) -> str:
    if len(token) <= _LONGEST_LABEL:
        return token
    return token[: _LONGEST_LABEL - 1] + "…"
