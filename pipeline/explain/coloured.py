"""Shows on a terminal how much each word moved the answer."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from newsdesk.escaping import one_line
from newsdesk.report.content import Explained, WordWeight
from pipeline.explain.shown_words import printed, shown
from pipeline.terminal.layout import cut

# Blue and orange can be told apart by nearly everyone. Both shades of each can be seen
# on a black and on a white terminal, with black letters on them.
_SHADES = {
    True: ("black on rgb(160,200,255)", "black on rgb(90,155,255)"),
    False: ("black on rgb(255,205,145)", "black on rgb(255,150,40)"),
}
# Shares of the largest weight from which a word gets a shade.
_PALE, _FULL = 0.2, 0.6
_TOP = 5
# Smaller weights are shown as 0.0000.
_SHOWN = 0.00005


def show(console: Console, explained: Explained, remarks: Sequence[str]) -> None:
    """Prints an explanation.

    Args:
        console: a terminal with colours gets the text in colours and its strongest
            words; any other gets every word with its weight.
        explained: the explanation.
        remarks: what limits it, one sentence each.
    """
    lines = [Text(f"{explained.probability:.4f}  {one_line(explained.predicted)}")]
    lines += [Text(one_line(remark), "dim") for remark in remarks]
    if console.is_terminal and console.color_system and not console.no_color:
        lines += _in_colours(explained, console.width)
    else:
        width = console.width if console.is_terminal else None
        lines += [_weighed(word, width) for word in explained.words]
    for line in lines:
        # Rich would wrap pipes and files at 80 columns.
        console.print(line, soft_wrap=not console.is_terminal)


def _in_colours(explained: Explained, width: int) -> Iterator[Text]:
    if not explained.words:
        return
    yield Text()
    yield _coloured(explained)
    yield Text()
    strongest = sorted(explained.words, key=lambda word: -abs(word.weight))[:_TOP]
    strongest = [word for word in strongest if abs(word.weight) >= _SHOWN]
    if not strongest:
        yield Text("no single word moves the probability by 0.0001")
        return
    for word in strongest:
        yield _weighed(word, width)
    legend = Text("without the word, the probability is ", "dim")
    legend.append(" lower ", _style(1.0)).append(" or ")
    legend.append(" higher ", _style(-1.0))
    yield Text()
    yield legend


def _coloured(explained: Explained) -> Text:
    """The text, each word on a background of its weight."""
    text = Text()
    for word in shown(explained):
        if word.is_apart:
            text.append(" ")
        text.append(word.text, _style(word.share))
    return text


def _weighed(word: WordWeight, width: int | None) -> Text:
    weight = word.weight if abs(word.weight) >= _SHOWN else 0.0
    line = f"{weight:+.4f}  {printed(word)}"
    return Text(line if width is None else cut(line, width))


def _style(share: float) -> str:
    if abs(share) < _PALE:
        return ""
    return _SHADES[share > 0][abs(share) >= _FULL]
