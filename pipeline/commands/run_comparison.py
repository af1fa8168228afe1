"""Compares two past runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.reporter import files
from newsdesk.errors import ModelError
from newsdesk.report.content import Content
from pipeline.commands.run_details import reason
from pipeline.local import run_settings
from pipeline.local.history import Summary

_FIGURES = {"accuracy": "accuracy", "macro F1": "macro_f1", "loss": "loss"}
_CLASS = "f1/"
# What each of two runs has; None if a run does not have it.
Pair = tuple[Any, Any]
Section = dict[str, Pair]


@dataclass(frozen=True)
class PastRun:
    """A run with everything that its folder says about it.

    Attributes:
        summary: its summary.
        settings: its configuration, by `section.key`.
        content: the content of its report; None if it has none.
    """

    summary: Summary
    settings: dict[str, Any]
    content: Content | None

    @classmethod
    def read(cls, root: Path, summary: Summary) -> "PastRun":
        """Reads what is in the folder of a run.

        Args:
            root: the folder of everything that a pipeline writes.
            summary: of the run.

        Returns:
            The run; a file that is missing or damaged counts as absent.
        """
        folder = root / "runs" / summary.run
        content = None
        try:
            content = files.read(folder)
        except (OSError, ValueError, ModelError):
            pass
        settings = run_settings.shareable(run_settings.read(folder))
        return cls(summary, dict(_flat(settings)), content)


def compare(first: PastRun, second: PastRun) -> dict[str, Section]:
    """Compares two runs.

    Args:
        first: usually the older run.
        second: the other run.

    Returns:
        By section, values of both runs by name. `result`, `metrics` and `seconds` have
        all values; `classes`, `configuration`, `data` and `versions` only those that
        differ, and `classes` (F1) begins with the largest difference.
    """
    one, two = first.summary, second.summary
    return {
        "result": _pairs(_result(one), _result(two)),
        "metrics": _pairs(_metrics(one), _metrics(two)),
        "classes": _by_change(_different(_classes(one), _classes(two))),
        "configuration": _different(first.settings, second.settings),
        "data": _different(_data(one), _data(two)),
        "versions": _different(_versions(first), _versions(second)),
        "seconds": _pairs(_seconds(one), _seconds(two)),
    }


def _pairs(one: Mapping[str, Any], two: Mapping[str, Any]) -> Section:
    return {name: (one.get(name), two.get(name)) for name in {**one, **two}}


def _different(one: Mapping[str, Any], two: Mapping[str, Any]) -> Section:
    pairs = _pairs(one, two)
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _by_change(section: Section) -> Section:
    def change(item: tuple[str, Pair]) -> float:
        one, two = item[1]
        # A class that only one run has comes first.
        return -abs(two - one) if None not in (one, two) else float("-inf")

    return dict(sorted(section.items(), key=change))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value


def _result(summary: Summary) -> dict[str, Any]:
    version = summary.pushed and summary.pushed.rpartition("/")[2]
    return {
        "state": str(summary.state),
        "reason": reason(summary) or None,
        "version": version or None,
        "compared with": summary.baseline,
    }


def _metrics(summary: Summary) -> dict[str, Any]:
    found = {name: summary.metrics.get(key) for name, key in _FIGURES.items()}
    rows = summary.metrics.get("rows")
    return {**found, "tested rows": None if rows is None else int(rows)}


def _classes(summary: Summary) -> dict[str, float]:
    return {
        key.removeprefix(_CLASS): value
        for key, value in summary.metrics.items()
        if key.startswith(_CLASS)
    }


def _data(summary: Summary) -> dict[str, Any]:
    return {
        "path": summary.data,
        "digest": summary.data_digest,
        "spans": ", ".join(summary.spans) or None,
        **summary.rows,
    }


def _versions(run: PastRun) -> dict[str, str]:
    if run.content is None:
        return {}
    digests = {f"digest of {name}": d for name, d in run.content.digests.items()}
    return run.content.versions | digests


def _seconds(summary: Summary) -> dict[str, float]:
    nodes = {node.name: node.seconds for node in summary.nodes}
    return {**nodes, "whole run": summary.seconds}
