"""Writes the tables of benchmarks/README.md, with the machine of each measurement."""

import datetime
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

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
    """Describes processor, cores, memory and load."""
    processor = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    name = processor.group(1) if processor else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{name}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} before"
    )


def keep(heading: str, lines: Sequence[str]) -> None:
    """Replaces a section of the README, or adds it.

    Args:
        heading: names the section.
        lines: its paragraphs and tables.
    """
    today = datetime.datetime.now(datetime.timezone.utc).date()
    section = "\n\n".join([f"## {heading}", *lines, f"Measured on {today}."]) + "\n"
    text = README.read_text(encoding="utf-8")
    head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    others = [other for other in sections if not other.startswith(f"## {heading}\n")]
    parts = [head, *sorted([*others, section])]
    whole = "\n\n".join(part.strip() for part in parts) + "\n"
    README.write_text(whole, encoding="utf-8")
