"""Shortens paths of this machine in a page that may be sent to other people."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_SHORT = "…"


def shortened(text: str, root: Path, configuration: Mapping[str, Any]) -> str:
    """Shortens the absolute paths of a run in a text.

    Args:
        text: a sentence, a place, or a configuration.
        root: the folder of everything that the pipeline writes.
        configuration: of the run.

    Returns:
        The text; paths below the root are relative to it, and of other paths in the
        configuration the parent folder is an ellipsis.
    """
    text = text.replace(f"{root}/", "")
    # The longest first, because one may be the beginning of another.
    for path in sorted({str(root), *_paths(configuration)}, key=len, reverse=True):
        text = text.replace(path, f"{_SHORT}/{Path(path).name}")
    return text


def _paths(values: object) -> Iterator[str]:
    """Finds the absolute paths in a configuration."""
    if isinstance(values, Mapping):
        for value in values.values():
            yield from _paths(value)
    elif isinstance(values, str):
        # A path of one name, such as /data, has nothing to hide.
        if values.startswith("/") and len(Path(values).parts) > 2:
            yield values.rstrip("/")
    elif isinstance(values, Sequence):
        for value in values:
            yield from _paths(value)
