"""Prints what `init` found and decided."""

import shutil
import sys
import textwrap
from collections.abc import Iterable

from newsdesk.escaping import one_line
from pipeline.init.about_files import (
    about_files,
    about_format,
    about_header,
    about_splits,
)
from pipeline.init.findings import (
    about_labels,
    about_lost_rows,
    about_texts,
    about_tiny_classes,
)
from pipeline.init.proposal import Proposal
from pipeline.init.settings import choose
from pipeline.init.texts import Texts
from pipeline.terminal.streams import say

_INDENT = 9
_LABELS = 10


def report(proposal: Proposal, texts: Texts) -> None:
    """Prints a line for each finding and decision.

    Args:
        proposal: what the columns mean.
        texts: the statistics of the rows.
    """
    survey = proposal.survey
    _print("files", [about_files(survey)])
    _print("splits", [about_splits(survey.inputs)])
    _print("format", [about_format(survey)])
    # Only the second pass, which knows the labels, finds rows between two lone quotes.
    bad = texts.reasons["cannot be read"]
    _print("rows", [f"{texts.rows - bad:,}, and {bad:,} that cannot be read"])
    if survey.bad:
        _print("", [f"the first one: {survey.bad}"])
    if survey.cause:
        # A command in it must stay one line, so that it can be copied.
        say(f"{'hint':<{_INDENT}}{survey.cause}")
    _print("header", [about_header(survey)])
    _print("text", [" + ".join(map(one_line, proposal.text_columns))])
    labels = _labels_shown(proposal.labels)
    _print("label", [f"{one_line(proposal.label_column)}: {labels}"])
    _print("slices", [", ".join(map(one_line, proposal.slice_columns))])
    _print("check", about_labels(proposal))
    _print("check", about_tiny_classes(texts) + about_texts(texts))
    _print("unused", about_lost_rows(texts))
    found = choose(proposal, texts)
    chosen = ", ".join(f"{one.section}.{one.key} = {one.value}" for one in found)
    _print("chosen", [f"{chosen} (newsdesk.toml says why)"])


def _print(heading: str, sentences: Iterable[str]) -> None:
    for sentence in filter(None, sentences):
        line = f"{heading:<{_INDENT}}{one_line(sentence)}"
        say("\n".join(_wrapped(line)) if sys.stdout.isatty() else line)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(
        line,
        shutil.get_terminal_size().columns,
        subsequent_indent=" " * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _labels_shown(labels: dict[str, int]) -> str:
    shown = [f"{one_line(name)} ({rows:,})" for name, rows in labels.items()]
    return ", ".join(shown[:_LABELS]) + (", ..." if len(shown) > _LABELS else "")
