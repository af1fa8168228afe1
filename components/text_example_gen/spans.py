"""The newest spans of a pattern: the highest numbers, or latest days, that have files.

In patterns, TFX writes spans as `{SPAN}` or `{YYYY}`, `{MM}` and `{DD}`, and versions
as `{VERSION}`. We do not use TFX's own search, because it takes seconds to import
TensorFlow and Beam, and a schedule may look for new data every hour.
"""

import datetime
import glob
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"\{(SPAN|VERSION)(?::([^}]*))?\}")
_DATE = re.compile(r"\{(YYYY|MM|DD)\}")
_SPEC = re.compile(rf"{_NUMBER.pattern}|{_DATE.pattern}")
_DIGITS = {"YYYY": 4, "MM": 2, "DD": 2}
_EPOCH = datetime.date(1970, 1, 1)


class NoFile(ValueError):
    """No file matches a pattern."""


class Span(NamedTuple):
    """One span of the data.

    Attributes:
        number: the number of the span; days since 1970-01-01 if the pattern has a
            date; 0 if it has neither.
        version: the version of the span; None if the pattern has no version.
    """

    number: int = 0
    version: int | None = None


def has_span(pattern: str) -> bool:
    """Returns whether a pattern has a span.

    Args:
        pattern: a path or a glob.

    Returns:
        Whether it contains a specification such as `{SPAN}`.
    """
    return _SPEC.search(pattern) is not None


def latest(
    base: str, patterns: Sequence[str], marker: str | None = None, count: int = 1
) -> list[Span]:
    """Finds the newest spans, each with its newest version.

    Args:
        base: the folder above every pattern.
        patterns: the patterns of the splits, relative to that folder.
        marker: the file whose presence marks the folder of a span as complete.
        count: how many spans to find; fewer are found if there are fewer.

    Returns:
        The spans, the same for all patterns, the oldest first.

    Raises:
        NoFile: no file matches a pattern.
        ValueError: a pattern is wrong, or the patterns have different newest spans.
    """
    for pattern in patterns:
        _check(pattern)
    marked = [
        os.path.join(folder, marker)
        for folder in map(os.path.dirname, patterns)
        if marker and has_span(folder)
    ]
    found = {
        pattern: _latest_of(base, pattern, count) for pattern in marked or patterns
    }
    if not found:
        return [Span()]
    shared = set[Span].intersection(*map(set, found.values()))
    if missing := [
        filled(pattern, span)
        for pattern, spans in found.items()
        for span in spans
        if span not in shared
    ]:
        raise ValueError(
            f"the splits have different newest spans: {', '.join(missing)}"
        )
    return next(iter(found.values()))


def name(pattern: str, span: Span) -> str:
    """Names a span for people.

    Args:
        pattern: a pattern that has the span.
        span: a result of `latest`.

    Returns:
        The day as YYYY-MM-DD if the pattern has a date, otherwise the number.
    """
    if _DATE.search(pattern):
        return (_EPOCH + datetime.timedelta(days=span.number)).isoformat()
    return str(span.number)


def filled(pattern: str, span: Span) -> str:
    """Fills a span into a pattern.

    Args:
        pattern: a path or a glob.
        span: a result of `latest`.

    Returns:
        The pattern of the files of this span.
    """
    day = _EPOCH
    if _DATE.search(pattern):
        day += datetime.timedelta(days=span.number)
    values = {"YYYY": day.year, "MM": day.month, "DD": day.day}
    return _filled(
        pattern, values | {"SPAN": span.number, "VERSION": span.version or 0}
    )


def _filled(pattern: str, values: Mapping[str, object]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        return str(values[name]).zfill(_DIGITS.get(name) or int(found[2] or 1))

    return _SPEC.sub(value, pattern)


def _check(pattern: str) -> None:
    names = [found[1] or found[3] for found in _SPEC.finditer(pattern)]
    dated = [name for name in names if name in _DIGITS]
    twice = sorted({name for name in names if names.count(name) > 1})
    widths = [found[2] for found in _NUMBER.finditer(pattern) if found[2] is not None]
    wrong = ""
    if twice:
        wrong = f"has {{{twice[0]}}} twice"
    elif dated and "SPAN" in names:
        wrong = "has both {SPAN} and a date"
    elif dated and len(dated) < len(_DIGITS):
        wrong = "needs {YYYY}, {MM} and {DD}, or none of them"
    elif names == ["VERSION"]:
        wrong = "has {VERSION} without {SPAN} or a date"
    elif not all(width.isdecimal() and int(width) for width in widths):
        wrong = "has a width that is not a number above 0, such as {SPAN:4}"
    if wrong:
        raise ValueError(f"{pattern} {wrong}")


def _latest_of(base: str, pattern: str, count: int) -> list[Span]:
    if not has_span(pattern):
        return [Span()]
    newest: dict[int, Span] = {}
    for span in _spans(os.path.join(base, pattern)):
        known = newest.get(span.number, span)
        newest[span.number] = max(span, known, key=lambda one: one.version or 0)
    if not newest:
        raise NoFile("no file matches")
    return [newest[number] for number in sorted(newest)[-count:]]


def _spans(path: str) -> Iterator[Span]:
    """Yields the span of every file that matches."""
    matching = re.compile("".join(_as_regex(path)))
    for file in glob.iglob(_SPEC.sub("*", path), recursive=True):
        # glob searched `*` instead of a number, so it also finds other names. If the
        # pattern ends with a separator, so do the folders that glob finds.
        if found := matching.fullmatch(file):
            texts = found.groupdict()
            values = {name: int(text) for name, text in texts.items()}
            if _filled(path, values) != _filled(path, texts):
                raise ValueError(f"{file} has a number with leading zeros")
            number = values.get("SPAN", 0)
            if "YYYY" in values:
                try:
                    day = datetime.date(values["YYYY"], values["MM"], values["DD"])
                except ValueError:
                    continue
                number = (day - _EPOCH).days
            yield Span(number, values.get("VERSION"))


def _as_regex(path: str) -> Iterator[str]:
    """Yields the parts of a regular expression that matches what the path matches."""
    rest = 0
    for found in _SPEC.finditer(path):
        yield _of_glob(path[rest : found.start()])
        name = found[1] or found[3]
        width = _DIGITS.get(name) or int(found[2] or 0)
        yield f"(?P<{name}>\\d{{{width}}})" if width else f"(?P<{name}>\\d+)"
        rest = found.end()
    yield _of_glob(path[rest:])


def _of_glob(text: str) -> str:
    # Any character will do for a set in brackets: glob has checked the set already.
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\])", text)
    return "".join(
        wild.get(piece) or ("[^/]" if piece.startswith("[") else re.escape(piece))
        for piece in pieces
    )
