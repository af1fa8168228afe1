"""Formats findings for a terminal, by default for 80 columns."""

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

from newsdesk.errors import ExitCode
from newsdesk.escaping import escaped
from pipeline.check.findings import Findings

_PARTS = (
    *("config", "data", "splits", "lengths", "gate", "schema", "encoder", "push"),
    "compare",
)
_HEAD = 9
_WIDEST = 100
_LABELS = 20
_NAME = 24


def lines(found: Findings, next_command: str) -> Iterator[str]:
    """Formats findings.

    Args:
        found: the findings.
        next_command: the command that runs the pipeline.

    Yields:
        Lines; longer than the terminal only if they contain a longer word.
    """
    for part in _PARTS:
        yield from _wrapped(part, " ".join(_sentences(found.facts.get(part, []))))
        if part == "splits" and "splits" in found.values:
            yield from _table(found.values["splits"])
        for note in found.notes.get(part, []):
            yield from _wrapped("note", note)
    for problem in found.problems:
        yield from _wrapped("problem", problem.sentence)
    if found.exit_code is ExitCode.DONE:
        yield from _wrapped("next", next_command)
        return
    count = len(found.problems)
    yield from _wrapped(
        "result",
        f"{count} {'problem' if count == 1 else 'problems'}: `newsdesk run` would end "
        f"with exit code {found.exit_code}",
    )


def _sentences(facts: list[str]) -> list[str]:
    return [f"{fact};" for fact in facts[:-1]] + facts[-1:]


def _wrapped(head: str, text: str) -> Iterator[str]:
    """Wraps a text with its head in front; keeps the line breaks of the text."""
    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    # Paths below the working directory are shown as the user would type them.
    text = escaped(text).replace(f"{Path.cwd()}/", "")
    for number, line in enumerate(text.splitlines()):
        indent = " " * (_HEAD + len(line) - len(line.lstrip()))
        first = indent if number else f"{head:<{_HEAD}}"
        yield textwrap.fill(
            line.strip(),
            max(width, 2 * len(indent)),
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _table(splits: Mapping[str, Any]) -> Iterator[str]:
    """Shows the rows of each label; of many labels, those with the fewest rows."""
    heads = ["all", *splits]
    counts = {
        label: [one["labels"][label] for one in splits.values()]
        for label in next(iter(splits.values()))["labels"]
    }
    shown = sorted(counts, key=lambda label: sum(counts[label]), reverse=True)
    left = shown[: -(_LABELS // 2)] if len(shown) > _LABELS else []
    cells = [f"{head:>9}" for head in heads]
    yield f"{'splits':<{_HEAD}}{'label':<{_NAME}}{''.join(cells)}".rstrip()
    if left:
        yield _row(f"{len(left):,} larger labels", _sums(counts[name] for name in left))
    for label in shown[len(left) :]:
        yield _row(label, counts[label])
    yield _row("all labels", _sums(counts.values()))


def _sums(rows: Any) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _row(label: str, counts: list[int]) -> str:
    name = escaped(label, keep="")
    if cell_len(name) >= _NAME:
        name = set_cell_size(name, _NAME - 4) + "..."
    cells = [f"{count:>9,}" for count in (sum(counts), *counts)]
    return " " * _HEAD + set_cell_size(name, _NAME) + "".join(cells)
