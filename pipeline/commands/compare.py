"""`newsdesk compare`."""

import math
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.arguments import RunId, RunsRoot

if TYPE_CHECKING:
    from pipeline.commands.run_comparison import Section

# On the screen; --json has all.
_MOST_CLASSES = 10
_SHORTEST = 8
_DIGITS = {"metrics": 4, "classes": 4, "seconds": 1}
_HEADS = {"classes": "F1"}


def compare(
    first: RunId,
    second: RunId,
    root: RunsRoot = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON object, with all classes."),
    ] = False,
) -> None:
    """Compare two past runs: results, settings, data, versions and seconds.

    Settings, data and versions are shown only if they differ.
    """
    from newsdesk.escaping import as_json as written
    from pipeline.commands.chosen_run import chosen, roots
    from pipeline.commands.run_comparison import PastRun
    from pipeline.commands.run_comparison import compare as compared
    from pipeline.local.history import past_runs
    from pipeline.terminal.streams import answer, encodes_all

    every = [
        (folder, summary) for folder in roots(root) for summary in past_runs(folder)
    ]
    pair = [chosen(every, given) for given in (first, second)]
    sections = compared(*(PastRun.read(*one) for one in pair))
    names = [summary.run for _, summary in pair]
    if as_json:
        values = {"runs": names} | {
            section: {name: [*map(_json_able, pair)] for name, pair in pairs.items()}
            for section, pairs in sections.items()
        }
        answer(written(values, ascii_only=not encodes_all(sys.stdout)))
    else:
        _print(names, sections)


def _print(names: list[str], sections: dict[str, "Section"]) -> None:
    from rich.console import Console

    from newsdesk.escaping import one_line
    from pipeline.terminal.layout import table
    from pipeline.terminal.streams import require_written

    console = Console()
    longest = _room(console.width, sections) if console.is_terminal else sys.maxsize
    lines = [
        [one_line(cell) for cell in line] for line in rows(names, sections, longest)
    ]
    table(console, lines)
    require_written()


def _room(width: int, sections: dict[str, "Section"]) -> int:
    """How long a value may be, so that the difference stays on the line."""
    names = [name for pairs in sections.values() for name in pairs]
    others = len("configuration") + max(map(len, names)) + len("difference")
    gaps = 4 * 2
    return max(_SHORTEST, (width - others - gaps) // 2)


def rows(
    names: list[str], sections: dict[str, "Section"], longest: int
) -> Iterator[list[str]]:
    """Formats a comparison as rows of a table.

    Args:
        names: the two runs.
        sections: the result of `run_comparison.compare`.
        longest: longer values and names of runs are cut.

    Yields:
        The heads, and then section, name, both values and the difference of numbers.
    """
    from pipeline.terminal.layout import cut

    yield ["", "", *(cut(name, longest) for name in names), "difference"]
    for section, pairs in sections.items():
        for index, (name, (one, two)) in enumerate(pairs.items()):
            if section == "classes" and index == _MOST_CLASSES:
                yield ["", f"{len(pairs) - index} more classes", "", "", ""]
                break
            if (one, two) == (None, None):
                continue
            digits = _DIGITS.get(section)
            texts = [cut(_text(value, digits), longest) for value in (one, two)]
            head = "" if index else _HEADS.get(section, section)
            yield [head, name, *texts, _difference(one, two, digits)]


def _text(value: Any, digits: int | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and digits is not None:
        return f"{value:.{digits}f}"
    return f"{value:,}" if type(value) is int else str(value)


def _difference(one: Any, two: Any, digits: int | None) -> str:
    if not {type(one), type(two)} <= {int, float}:
        return ""
    change = two - one
    if isinstance(change, int):
        return f"{change:+,}"
    return f"{change:+.{digits}f}" if digits is not None else f"{change:+g}"


def _json_able(value: Any) -> Any:
    """JSON has no NaN."""
    is_number = not isinstance(value, float) or math.isfinite(value)
    return value if is_number else str(value)
