"""The page of a run: one HTML file without scripts that needs nothing but itself."""

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

import jinja2

from newsdesk.report import (
    attention_view,
    confusion_view,
    label_csv,
    numbers,
    ordered,
    result_view,
    shown,
)
from newsdesk.report.charts import learning, lengths, probabilities
from newsdesk.report.content import Content
from newsdesk.report.sections import sections

TEMPLATES = Path(__file__).parent / "templates"


def html(content: Content) -> str:
    """Writes the page of a run.

    Args:
        content: what to show.

    Returns:
        An HTML document under 2 MB.
    """
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    page = _environment().get_template("page.html")
    return page.render(
        content=content,
        sections=sections(content),
        style=style,
        # The policy allows this style sheet, no other, and no script.
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters())
    environment.globals.update(_functions())
    return environment


def _filters() -> dict[str, Any]:
    return {
        "count": numbers.count,
        "duration": numbers.duration,
        "figure": numbers.figure,
        "lines": shown.lines,
        "memory": numbers.memory,
        "name": shown.name,
        "plain": shown.plain,
        "share": numbers.share,
        "shown": shown.shown,
        "signed": numbers.signed,
        "tick": numbers.tick,
    }


def _functions() -> dict[str, Any]:
    return {
        "attention": attention_view,
        "charts": {
            "coverage": probabilities.coverage,
            "learning": learning.charts,
            "lengths": lengths.chart,
            "reliability": probabilities.reliability,
        },
        "label_csv": label_csv,
        "matrix": confusion_view.matrix,
        "ordered": ordered,
        "result": result_view,
    }
