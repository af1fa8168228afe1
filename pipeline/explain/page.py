"""Writes an explanation as one HTML page that needs no other file."""

from collections.abc import Sequence
from pathlib import Path

import jinja2

from newsdesk.errors import NewsdeskError, reason
from newsdesk.escaping import one_line
from newsdesk.report.content import Explained
from pipeline.explain.shown_words import ShownWord, shown

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ predicted }} {{ probability }}</title>
<style>
:root { color-scheme: light dark; --for: 33, 111, 219; --against: 217, 108, 0; }
body { font: 16px/1.7 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.3; }
.text span { padding: .1em .15em; border-radius: .2em; unicode-bidi: isolate; }
.for { background: rgba(var(--for), var(--share)); }
.against { background: rgba(var(--against), var(--share)); }
.key { padding: .1em .4em; border-radius: .2em; --share: .55; }
table { border-collapse: collapse; }
th, td { text-align: start; padding: .15rem 1rem .15rem 0; vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
@media print { span { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
</style>
</head>
<body>
<h1>{{ predicted }} <small>probability {{ probability }}</small></h1>
{% for remark in remarks %}<p>{{ remark }}</p>
{% endfor -%}
<p>Without the word, the probability of this answer is
<span class="key for">lower</span> or <span class="key against">higher</span>.</p>
<p class="text" dir="auto">
{%- for word in words %}{% if word.space %} {% endif -%}
<span {% if word.kind %}class="{{ word.kind }}" style="--share: {{ word.share }}" \
{% endif %}title="{{ word.weight }}">{{ word.shown }}</span>
{%- endfor %}</p>
<table>
<thead><tr><th scope="col">weight</th><th scope="col">word</th></tr></thead>
<tbody>
{% for word in strongest %}<tr><td class="number">{{ word.weight }}</td>\
<td><bdi>{{ word.shown }}</bdi></td></tr>
{% endfor %}</tbody>
</table>
</body>
</html>
"""


def write(explained: Explained, remarks: Sequence[str], file: Path) -> None:
    """Writes the page.

    Args:
        explained: the explanation.
        remarks: what limits it, one sentence each.
        file: the file.

    Raises:
        NewsdeskError: the file cannot be written.
    """
    try:
        file.write_text(html(explained, remarks), encoding="utf-8")
    except OSError as error:
        raise NewsdeskError(
            f"{file}: cannot be written: {reason(error)}; choose another file"
        ) from None


def html(explained: Explained, remarks: Sequence[str]) -> str:
    """Makes the page.

    Args:
        explained: the explanation.
        remarks: what limits it, one sentence each.

    Returns:
        HTML with the words on backgrounds of their weights, and a table of the words
        with the strongest first.
    """
    words = _words(explained)
    template = jinja2.Environment(autoescape=True).from_string(_PAGE)
    return template.render(
        predicted=one_line(explained.predicted),
        probability=f"{explained.probability:.4f}",
        remarks=[one_line(remark) for remark in remarks],
        words=words,
        strongest=sorted(words, key=lambda word: -abs(float(str(word["weight"])))),
    )


def _words(explained: Explained) -> list[dict[str, object]]:
    return [_cell(word) for word in shown(explained)]


def _cell(word: ShownWord) -> dict[str, object]:
    share = round(0.55 * abs(word.share), 2)
    kind = "for" if word.weight > 0 else "against"
    return {
        "shown": word.text,
        "weight": f"{round(word.weight, 4) + 0.0:+.4f}",
        "kind": kind if share else "",
        "share": share,
        "space": word.is_apart,
    }
