"""Finds the run that a user names."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from newsdesk.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.local.history import Summary

_RECENT = 3
_NAMED = 5


def roots(root: Path | None) -> list[Path]:
    """Lists the folders of pipelines to look into.

    Args:
        root: the folder of one pipeline; None for all in ./newsdesk.

    Returns:
        The folders.
    """
    return [root] if root else sorted(Path("newsdesk").glob("*"))


def chosen(
    found: Iterable[tuple[Path, "Summary"]], given: str
) -> tuple[Path, "Summary"]:
    """Finds the only run whose id begins as given.

    Args:
        found: roots and summaries, the newest of each root first.
        given: an id, or its first characters.

    Returns:
        The root and the summary of the run.

    Raises:
        ConfigError: there is no such run, or there are several.
    """
    found = list(found)
    exact = [one for one in found if one[1].run == given]
    fitting = exact or [one for one in found if one[1].run.startswith(given)]
    if not fitting:
        recent = ", ".join(summary.run for _, summary in islice(found, _RECENT))
        newest = f"the newest are {recent}; " if recent else ""
        raise ConfigError(
            f"there is no run {given}; {newest}`newsdesk runs` lists the runs"
        )
    if len(fitting) > 1:
        names = ", ".join(f"{one.run} in {root}" for root, one in fitting[:_NAMED])
        if (more := len(fitting) - _NAMED) > 0:
            names += f" and {more:,} more"
        raise ConfigError(
            f"several runs begin with {given}: {names}; give more characters, or "
            "choose a pipeline with --root FOLDER"
        )
    return fitting[0]
