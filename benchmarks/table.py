"""Writes the tables of benchmarks/README.md, one section per processor."""

import datetime
import importlib.metadata
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processor import processor

ROOT = Path(__file__).parents[1]
README = ROOT / "benchmarks" / "README.md"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Formats a table.

    Args:
        head: names of the columns.
        rows: their cells.

    Returns:
        The lines of a Markdown table; all columns but the first are numbers.
    """
    line = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, line, *rows))


def machine() -> str:
    """Describes processor, cores, memory, load, and the versions that decide speed."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, "
        f"TensorFlow {importlib.metadata.version('tensorflow')}, "
        f"load {os.getloadavg()[0]:.1f} before"
    )


def keep(heading: str, paragraphs: Sequence[str]) -> None:
    """Writes what was measured on this kind of processor into the README.

    Replaces what the section had for this kind of processor. Other kinds stay, and so
    does text before the first of them.

    Args:
        heading: names the section.
        paragraphs: its paragraphs and tables.
    """
    today = datetime.datetime.now(datetime.timezone.utc).date()
    kind = processor()
    measured = "\n\n".join([f"### {kind}", *paragraphs, f"Measured on {today}."])
    head, sections = _divided(README.read_text(encoding="utf-8"), "## ")
    intro, kinds = _divided(sections.get(heading, f"## {heading}"), "### ")
    sections[heading] = _joined(intro, kinds | {kind: measured})
    README.write_text(_joined(head, sections) + "\n", encoding="utf-8")


def _divided(text: str, mark: str) -> tuple[str, dict[str, str]]:
    """Divides a text into what precedes the first heading, and its sections."""
    head, *parts = re.split(rf"^(?={mark})", text, flags=re.MULTILINE)
    return head, {part.partition("\n")[0].removeprefix(mark): part for part in parts}


def _joined(head: str, sections: dict[str, str]) -> str:
    parts = [head, *(sections[name] for name in sorted(sections))]
    return "\n\n".join(part.strip() for part in parts)
