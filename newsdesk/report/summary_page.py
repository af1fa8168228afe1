"""The summary of a run in Markdown, for messages, pull requests and job pages."""

import re

from newsdesk.escaping import visible
from newsdesk.report.content import (
    ClassFigures,
    Content,
    Interval,
    Limits,
    Overall,
)
from newsdesk.report.numbers import MISSING, count, duration, figure, share, signed
from newsdesk.report.ordered import worst_first, worst_slice
from newsdesk.report.result_view import difference, headline, limit, reasons
from newsdesk.report.shown import NAME, TEXT, cut

_MOST_ROWS = 5
# Characters that begin markup, a link, a mention or a formula, or divide a table; and
# at the beginning of a line those that begin a list, a heading or a rule.
_MARKUP = re.compile(
    r"[\\`*_{}\[\]<>()#!|~&@$^]|:(?=//)|(?<=www)\.|^[-+=]|(?<=^\d)\.(?=\s)|(?<=^\d\d)\.(?=\s)"
)


def markdown(content: Content) -> str:
    """Writes the summary of a run.

    Args:
        content: what to show.

    Returns:
        Markdown as GitHub and GitLab read it; text from data is escaped.
    """
    parts = [
        _verdict(content),
        _overall(content),
        _classes(content),
        _findings(content),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def inert(text: str, limit: int = TEXT) -> str:
    """Escapes text from data for Markdown.

    Args:
        text: text from data.
        limit: the most characters to keep.

    Returns:
        One line without markup; characters that nobody sees are escapes.
    """
    return _MARKUP.sub(r"\\\g<0>", visible(cut(text, limit)))


def _command(text: str) -> str:
    """Escapes a command so that it can be copied."""
    if "`" in text or len(text) > TEXT:
        return inert(text)
    return f"`{visible(text)}`"


def _name(text: str) -> str:
    return inert(text, NAME)


def _verdict(content: Content) -> str:
    verdict = content.verdict
    title = f"# {headline(verdict)}: {_name(content.pipeline)}, {_name(content.run)}"
    parts = [title, inert(verdict.sentence)]
    if found := reasons(verdict):
        parts.append("\n".join(f"- {inert(reason)}" for reason in found))
    if verdict.accepted is not None:
        given_up = "The model in service was given up on purpose"
        parts.append(f"{given_up}: {inert(verdict.accepted)}")
    steps = [inert(verdict.next_step)] if verdict.next_step else []
    if verdict.next_command:
        steps.append(_command(verdict.next_command))
    if steps:
        parts.append(f"Next: {': '.join(steps)}")
    return "\n\n".join(parts)


def _overall(content: Content) -> str:
    if not content.overall:
        return ""
    split = f" of {_name(content.split)}" if content.split else ""
    intro = f"On {count(content.tested_rows)} rows{split}, with 95% intervals:"
    head = ["figure", "this model", "in service", "change"]
    rows = [_figure(one, content.limits) for one in content.overall]
    return f"{intro}\n\n{_table(head, rows)}"


def _figure(one: Overall, limits: Limits | None) -> list[str]:
    change = signed(one.change.value if one.change else None)
    words = f" ({difference(one)})" if one.change else ""
    cells = [_interval(one.candidate), _interval(one.baseline), change + words]
    found = limit(one, limits).words
    return [_name(one.name) + (f" ({found})" if found else ""), *cells]


def _interval(found: Interval | None) -> str:
    if found is None:
        return MISSING
    return f"{figure(found.value)} ({figure(found.low)} to {figure(found.high)})"


def _classes(content: Content) -> str:
    if not content.classes:
        return ""
    rows = worst_first(content.classes)[:_MOST_ROWS]
    head = ["class", "rows", "F1", "F1 in service", "precision", "recall"]
    title = f"Lowest F1 of {count(len(content.classes))} classes:"
    return f"{title}\n\n{_table(head, list(map(_class, rows)))}"


def _class(one: ClassFigures) -> list[str]:
    figures = (one.f1, one.baseline_f1, one.precision, one.recall)
    return [_name(one.name), count(one.rows), *map(figure, figures)]


def _findings(content: Content) -> str:
    findings = [_pair(content), _labels(content), _slice(content)]
    findings += [_calibration(content), _time(content)]
    findings += [f"Missing: {inert(reason)}" for reason in content.left_out]
    return "\n".join(f"- {finding}" for finding in findings if finding)


def _pair(content: Content) -> str:
    if not content.pairs:
        return ""
    pair = content.pairs[0]
    names = f"{_name(pair.label)} is answered as {_name(pair.predicted)}"
    return f"Most confused: {names} in {count(pair.rows)} rows ({share(pair.share)})"


def _labels(content: Content) -> str:
    check = content.label_check
    if check is None:
        return ""
    return (
        f"Label check: {count(check.doubted)} of {count(check.rows)} rows are doubtful"
    )


def _slice(content: Content) -> str:
    found = worst_slice(content)
    if found is None:
        return ""
    column, one = found
    value = (
        f"accuracy {figure(one.accuracy)} where {_name(column)} is {_name(one.name)}"
    )
    return f"Worst slice: {value} ({count(one.rows)} rows)"


def _calibration(content: Content) -> str:
    found = content.calibration
    if found is None:
        return ""
    before = f", {figure(found.ece_before)} without temperature"
    return f"Calibration: ECE {figure(found.ece)}" + (
        before if found.ece_before is not None else ""
    )


def _time(content: Content) -> str:
    if not content.nodes:
        return ""
    seconds = sum(node.seconds for node in content.nodes)
    return f"{count(len(content.nodes))} nodes took {duration(seconds)}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    line = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, line, *rows))
