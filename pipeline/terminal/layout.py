"""Fits text to a terminal, which would break it inside words."""

import sys
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

# With less room beside the head, wrapped lines begin at the left.
_LEAST_ROOM = 24
_NARROW_INDENT = 2


def packed(pieces: Sequence[str], width: int, indent: int, gap: str = " ") -> list[str]:
    """Puts as many whole pieces on each line as fit.

    Args:
        pieces: words, or figures with their names; never broken, so that a path or a
            command can still be copied.
        width: the columns of the terminal.
        indent: the spaces before every line but the first.
        gap: what separates two pieces of one line.

    Returns:
        The lines. A line is longer than the width only if a single piece is.
    """
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + gap + piece
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(" " * indent + piece)
    return [line.rstrip() for line in lines]


def paragraph(console: Console, head: str, text: str, style: str = "") -> None:
    """Prints text beside a head; on a terminal, wraps it below its own beginning.

    Args:
        console: where to print. Pipes and files get the text as it is.
        head: the beginning of the first line, with the spaces behind it.
        text: one or more lines that cannot control the terminal.
        style: Rich's style of the first word of the head.
    """
    printed = Text(beside(console, head, text))
    printed.stylize(style, 0, len(head.split(" ", 1)[0]))
    # Rich would break words that are longer than a line.
    console.print(printed, soft_wrap=True)


def beside(console: Console, head: str, text: str) -> str:
    """Puts text beside a head.

    Args:
        console: a terminal gets the text wrapped below its own beginning.
        head: the beginning of the first line, with the spaces behind it.
        text: one or more lines.

    Returns:
        The lines to print.
    """
    if not console.is_terminal:
        return f"{head}{text}".rstrip()
    return "\n".join(_wrapped(head, text, console.width))


def _wrapped(head: str, text: str, width: int) -> Iterator[str]:
    indent = cell_len(head)
    if width - indent < _LEAST_ROOM:
        indent = _NARROW_INDENT
    for line in text.split("\n"):
        first, *words = line.lstrip(" ").split(" ")
        spaces = line[: len(line) - len(line.lstrip(" "))]
        yield from packed([head + spaces + first, *words], width, indent + len(spaces))
        # Only the first line has the head; the writer has placed the others.
        head, indent = "", 0


def table(console: Console, rows: Sequence[Sequence[str]]) -> None:
    """Prints rows in columns, one line a row; the first row names the columns.

    Args:
        console: where to print. A terminal cuts long lines with an ellipsis; pipes and
            files get them whole.
        rows: cells that cannot control the terminal.
    """
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    most = console.width if console.is_terminal else sys.maxsize
    lines = [cut(_padded(row, widths), most) for row in rows]
    # Printed at once, because thousands of prints take seconds.
    text = Text("\n".join(lines))
    text.stylize("dim", 0, len(lines[0]))
    console.print(text, soft_wrap=True)


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    *cells, last = row
    padded = (
        cell + " " * (width - _width(cell))
        for cell, width in zip(cells, widths, strict=False)
    )
    return "  ".join([*padded, last]).rstrip()


def _width(text: str) -> int:
    # Most cells are ASCII, and Rich looks up the width of every character.
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """Shortens text to a width.

    Args:
        text: one line.
        width: the most columns.

    Returns:
        The text, or its beginning and an ellipsis.
    """
    if _width(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"
