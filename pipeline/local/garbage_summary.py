"""Sums up what `gc` removed and kept."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from newsdesk.config.sections import Config
from pipeline.local import database
from pipeline.local.garbage import Found


def lines(config: Config, found: Found, keep_last: int) -> Iterator[tuple[str, str]]:
    """Sums up what is removed and what is kept, and why.

    Args:
        config: the whole configuration.
        found: the garbage of its root.
        keep_last: the number of newest good runs that are kept.

    Yields:
        "removed" or "kept", and what.
    """
    counts = Counter(_kind(config, one.path) for one in found.garbage)
    total = sum(one.size for one in found.garbage) / 1e6
    listed = ", ".join(
        f"{count} {kind if count == 1 else kind + 's'}"
        for kind, count in counts.items()
    )
    newest = f"the newest {keep_last} good runs"
    if keep_last == 1:
        newest = "the newest good run"
    if listed:
        yield "removed", f"{listed}; {total:,.1f} MB"
        yield (
            "kept",
            f"run {found.oldest} and newer runs: they include {newest} (failed runs do "
            "not count)",
        )
    else:
        yield (
            "removed",
            f"nothing: no run is older than {newest}",
        )
    if found.in_service:
        yield "kept", f"run {found.in_service}: it made the model in service"


def _kind(config: Config, path: Path) -> str:
    if path.parent == config.root / "runs":
        return "run"
    if config.root / database.ARTIFACTS in path.parents:
        return "digest file" if path.is_file() else "artifact folder"
    return "training checkpoint"
