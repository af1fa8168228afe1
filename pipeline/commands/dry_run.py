"""Prints what `newsdesk run` would do."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from newsdesk.escaping import escaped
from pipeline.commands.shown import shown
from pipeline.terminal.layout import beside
from pipeline.terminal.streams import answer

if TYPE_CHECKING:
    from newsdesk.config.sections import Config
    from pipeline.local.dry_run import Plan, Read

_UNITS = ("bytes", "kB", "MB", "GB")


def show(config: "Config", beam_args: Sequence[str], accepted: str) -> None:
    """Prints what a run would read, do and write.

    Args:
        config: the effective configuration.
        beam_args: arguments for Beam that override the configuration.
        accepted: the reason to give up the model in service; "" without one.

    Raises:
        NewsdeskError: the run would end with this error before its first node.
    """
    from pipeline.api.running import checked
    from pipeline.local.dry_run import plan
    from pipeline.terminal.logfile import quiet

    # TensorFlow and TFX print to the screen.
    with quiet():
        notes = checked(config)
        found = plan(config, beam_args, accepted)
    console = Console()
    for note in notes:
        answer(beside(console, "note: ", escaped(note)))
    for head, text in _lines(found):
        answer(beside(console, f"{head:<10} ", escaped(text)))


def _lines(found: "Plan") -> list[tuple[str, str]]:
    lines = [("reads", _files(read)) for read in found.reads]
    if found.spans:
        lines.append(("spans", ", ".join(found.spans)))
    against = f"version {found.in_service}" if found.in_service is not None else "none"
    lines.append(("in service", against))
    if found.repeats and found.answers:
        why = f"only answer the rows of score.path: {found.repeats}"
        return [*lines, ("would do", why)]
    if found.repeats:
        return [*lines, ("would do", f"nothing: {found.repeats}")]
    cached = [name for name, is_cached in found.cached.items() if is_cached]
    runs = [name for name, is_cached in found.cached.items() if not is_cached]
    lines.append(("from cache", ", ".join(cached) or "nothing"))
    lines.append(("would run", ", ".join(runs)))
    lines += [
        ("writes", f"{shown(Path(place) if place.startswith('/') else place)} ({what})")
        for what, place in found.writes
    ]
    return [
        (head if at == 0 or lines[at - 1][0] != head else "", text)
        for at, (head, text) in enumerate(lines)
    ]


def _files(read: "Read") -> str:
    text = f"{read.key}: {shown(read.place)}"
    if not read.files:
        return text
    files = "1 file" if read.files == 1 else f"{read.files:,} files"
    return f"{text} ({files}, {_size(read.size)})"


def _size(size: float) -> str:
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return (
        f"{size:.0f} {_UNITS[unit]}"
        if size >= 10 or not unit
        else f"{size:.1f} {_UNITS[unit]}"
    )
