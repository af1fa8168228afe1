"""Finds what differs between the reports of two runs."""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from newsdesk.report.content import Content, Interval, Overall

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Value: TypeAlias = float | str | None
# Classes beyond these have changed less.
MOST_CLASSES = 10


@dataclass(frozen=True)
class Line:
    """One thing of both runs.

    Attributes:
        section: `result`, `figures`, `classes`, `data`, `seconds`, `configuration`,
            `versions` or `digests`.
        name: what it is, such as `accuracy` or `train.epochs`.
        first: of the first run; None if it has none.
        second: of the second run.
        change: the second minus the first, if both are numbers.
        margin: 95% of such changes are this near to the true one; None if unknown.
    """

    section: str
    name: str
    first: Value
    second: Value
    change: float | None = None
    margin: float | None = None


def compare(first: Content, second: Content) -> list[Line]:
    """Compares two runs.

    Args:
        first: the report of the first run.
        second: the report of the second run, usually the newer one.

    Returns:
        Result, figures, rows and seconds of both runs, the 10 classes whose F1 has
        changed most, and what differs in configuration, versions and digests.
    """
    return [
        *_result(first, second),
        *_figures(first, second),
        *_classes(first, second),
        *_data(first, second),
        *_lines("seconds", _seconds(first), _seconds(second)),
        *_differing("configuration", _settings(first), _settings(second)),
        *_differing("versions", first.versions, second.versions),
        *_differing("digests", first.digests, second.digests),
    ]


def _result(first: Content, second: Content) -> Iterator[Line]:
    yield Line("result", "run", first.run, second.run)
    one, other = first.verdict, second.verdict
    yield Line("result", "state", one.state.value, other.state.value)
    yield Line("result", "version", one.version, other.version)
    yield Line("result", "compared with", one.baseline, other.baseline)


def _figures(first: Content, second: Content) -> Iterator[Line]:
    mine = {each.name: each for each in first.overall}
    its = {each.name: each for each in second.overall}
    for name in [*mine, *(name for name in its if name not in mine)]:
        yield _figure(name, mine.get(name), its.get(name))
    errors = [_calibration(content) for content in (first, second)]
    yield from _lines("figures", *errors)
    yield _line("figures", "tested rows", first.tested_rows, second.tested_rows)


def _figure(name: str, first: Overall | None, second: Overall | None) -> Line:
    if first is None or second is None:
        sides = (
            None if one is None else one.candidate.value for one in (first, second)
        )
        return _line("figures", name, *sides)
    # The tested rows may differ, so the margins of both figures add up.
    margin = math.hypot(_margin(first.candidate), _margin(second.candidate))
    values = first.candidate.value, second.candidate.value
    return _line("figures", name, *values, margin=margin)


def _margin(interval: Interval) -> float:
    return (interval.high - interval.low) / 2


def _calibration(content: Content) -> dict[str, float]:
    found = content.calibration
    if found is None:
        return {}
    return {"calibration error": found.ece, "temperature": found.temperature}


def _classes(first: Content, second: Content) -> list[Line]:
    """The classes whose F1 has changed most, and those that only one run has."""
    sides = [
        {each.name: each.f1 for each in content.classes} for content in (first, second)
    ]
    lines = [line for line in _lines("classes", *sides) if line.first != line.second]

    def size(line: Line) -> float:
        return math.inf if line.change is None else abs(line.change)

    return sorted(lines, key=size, reverse=True)[:MOST_CLASSES]


def _data(first: Content, second: Content) -> Iterator[Line]:
    yield from _lines("data", _rows(first), _rows(second))
    before, after = _spans(first), _spans(second)
    if before != after:
        yield Line("data", "spans", before, after)


def _rows(content: Content) -> dict[str, int | None]:
    found = content.data
    if found is None:
        return {}
    splits = {f"rows of {split.name}": split.rows for split in found.splits}
    quarantined = sum(found.quarantined.values())
    known = {"rows read": found.rows_in, "rows used": found.rows_out}
    return {**known, "rows quarantined": quarantined, **splits}


def _spans(content: Content) -> str | None:
    return ", ".join(content.data.spans) or None if content.data else None


def _seconds(content: Content) -> dict[str, float]:
    if not content.nodes:
        return {}
    by_name = {node.name: node.seconds for node in content.nodes}
    return {**by_name, "all nodes": sum(by_name.values())}


def _settings(content: Content) -> dict[str, str]:
    """The keys of the configuration with their values; {} if it cannot be read."""
    try:
        return dict(_flat(tomllib.loads(content.configuration)))
    except tomllib.TOMLDecodeError:
        return {}


def _flat(section: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, str(value)


def _differing(
    section: str, first: Mapping[str, str], second: Mapping[str, str]
) -> list[Line]:
    lines = _lines(section, first, second)
    return [line for line in lines if line.first != line.second]


def _lines(
    section: str, first: Mapping[str, Any], second: Mapping[str, Any]
) -> Iterable[Line]:
    """A line for each name of either run, in the order of the first."""
    for name in {**first, **second}:
        yield _line(section, name, first.get(name), second.get(name))


def _line(
    section: str, name: str, first: Value, second: Value, margin: float | None = None
) -> Line:
    if not isinstance(first, int | float) or not isinstance(second, int | float):
        return Line(section, name, first, second)
    return Line(section, name, first, second, second - first, margin)
