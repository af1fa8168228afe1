"""The page with a text box: one HTML document without scripts."""

import base64
import functools
import hashlib
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from newsdesk import features
from newsdesk.report import numbers, shown
from pipeline.predict.answers import doubts
from pipeline.predict.texts import Unusable, question
from pipeline.serve.loading import Loaded

_TEMPLATES = Path(__file__).parent / "templates"
_FIELD = "text"
# A page of 400 classes is not read by anyone.
_MOST_LABELS = 20


def text_of(body: bytes) -> str | None:
    """Reads the text of a posted form.

    Args:
        body: of the request.

    Returns:
        The text; None if there is none.
    """
    fields = urllib.parse.parse_qs(
        body.decode("latin-1"), keep_blank_values=True, errors="replace"
    )
    if _FIELD not in fields:
        return None
    # Browsers send line ends as CR LF, and rows of data have LF.
    return fields[_FIELD][0].replace("\r\n", "\n").strip()


def html(name: str, loaded: Loaded, text: str | None) -> str:
    """Writes the page.

    Args:
        name: of the model.
        loaded: the version in service.
        text: what to classify; None for the empty page.

    Returns:
        An HTML document.
    """
    asked = None if text is None else question(text, _FIELD)
    error = None
    if isinstance(asked, Unusable):
        error = asked.reason.removeprefix(f"{_FIELD}: ")
    (answer,) = (
        loaded.model.answerer.answers([asked]) if isinstance(asked, str) else (None,)
    )
    return (
        _environment()
        .get_template("page.html")
        .render(
            name=name,
            version=loaded.version,
            text=text or "",
            error=error,
            answer=answer,
            ranked=_ranked(answer) if answer else [],
            more=max(0, len(answer["probabilities"]) - _MOST_LABELS) if answer else 0,
            remark=doubts(answer).strip() if answer else "",
            style=_style(),
        )
    )


def _ranked(answer: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The most probable labels; the model decides between equal probabilities."""
    ranked = sorted(
        answer["probabilities"].items(),
        key=lambda one: (-one[1], one[0] != answer[features.LABEL]),
    )
    return ranked[:_MOST_LABELS]


@functools.cache
def _style() -> str:
    return (_TEMPLATES / "page.css").read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=numbers.count, name=shown.name, plain=shown.plain, shown=shown.shown
    )
    return environment


# The policy allows this style sheet, no other, and no script.
_HASH = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src data:",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
