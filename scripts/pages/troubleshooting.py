"""Writes the tables of all error messages, each with its remedy."""

from collections.abc import Mapping, Sequence

from pages import remedies
from pages.messages import NOT_GOOD_ENOUGH, QUARANTINE, Message, collect

_HEAD = "| code | message | what to do |\n|---|---|---|"
_ROWS, _REFUSED = "Rows in the quarantine", "Models that are not good enough"
# The first heading whose folder or file contains the module is taken.
_AREAS: Mapping[str, Sequence[str]] = {
    "Configuration": ("newsdesk/config/",),
    "Files and rows": ("newsdesk/rows/", "components/text_example_gen/"),
    "`newsdesk init`": ("pipeline/init/",),
    "Gates": (
        *("components/data_", "components/publisher/baseline_rule.py"),
        *("components/schema_", "components/text_statistics/"),
    ),
    _REFUSED: (),
    _ROWS: (),
    "Encoders and tokenizers": (
        *("trainer/encoders/", "trainer/export/", "trainer/hub/"),
        *("trainer/pretrained/", "trainer/text/", "trainer/tokenizers/"),
    ),
    "Training": ("trainer/",),
    "Published models": (
        *("components/", "newsdesk/evaluation/", "newsdesk/identity/"),
        *("newsdesk/inspection/", "newsdesk/published/", "newsdesk/regular.py"),
    ),
    "Commands and folders": ("newsdesk/", "pipeline/"),
    "Kubeflow Pipelines": ("kubeflow/",),
}


def markdown() -> str:
    """Writes all messages in tables, below a heading for each area."""
    rows: dict[str, list[str]] = {title: [] for title in _AREAS}
    for message in collect():
        rows[_area(message)].append(_row(message))
    return "\n\n".join(
        f"### {title}\n\n{_HEAD}\n" + "\n".join(sorted(set(lines), key=_order))
        for title, lines in rows.items()
        if lines
    )


def _area(message: Message) -> str:
    if message.code == QUARANTINE:
        return _ROWS
    if message.code == NOT_GOOD_ENOUGH:
        return _REFUSED
    return next(
        title
        for title, folders in _AREAS.items()
        if message.path.startswith(tuple(folders))
    )


def _row(message: Message) -> str:
    wrong, advice = remedies.split(message.text)
    if advice:
        advice = _escaped(advice[:1].upper() + advice[1:])
    else:
        advice = remedies.listed(message)
    code = str(message.code) if message.code != QUARANTINE else ""
    return f"| {code} | {_escaped(wrong)} | {advice.rstrip('.')}. |"


def _order(row: str) -> tuple[str, str]:
    """Sorts by the letters of the message; the code decides between equal ones."""
    words = row.split("|", 2)[2]
    return "".join(letter for letter in words.lower() if letter.isalpha()), row


def _escaped(text: str) -> str:
    """Shows a text as it is, in a table."""
    for sign in "\\*<[":
        text = text.replace(sign, f"\\{sign}")
    parts = text.split("`")
    # Nothing is escaped in code.
    parts[1::2] = [part.replace("\\", "") for part in parts[1::2]]
    return "`".join(parts).replace("|", "\\|")
