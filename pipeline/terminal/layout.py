"""Breaks text at spaces, so that a terminal does not break it inside a word."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
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
    lines = [f"{head}{text}".rstrip()]
    if console.is_terminal:
        lines = list(_wrapped(head, text, console.width))
    printed = Text("\n".join(lines))
    printed.stylize(style, 0, len(head.split(" ", 1)[0]))
    # Rich would break words that are longer than a line.
    console.print(printed, soft_wrap=True)


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
