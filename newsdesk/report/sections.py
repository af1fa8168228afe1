"""Which sections a page has, in their order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from newsdesk.report.content import Content


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        id: of its heading; its template is `<id>.html`.
        title: its heading.
    """

    id: str
    title: str


_SECTIONS: list[tuple[str, str, Callable[[Content], Any]]] = [
    ("classes", "Classes", lambda content: content.classes),
    ("confusion", "Confusion matrix", lambda content: content.confusion),
    ("pairs", "Most confused pairs", lambda content: content.pairs),
    ("labels", "Label check", lambda content: content.label_check),
    ("slices", "Slices", lambda content: content.slices),
    ("calibration", "Calibration", lambda content: content.calibration),
    ("coverage", "Coverage", lambda content: content.coverage),
    ("learning", "Training", lambda content: content.learning),
    ("data", "Data", lambda content: content.data),
    ("explained", "Explanations", lambda content: content.explained),
    ("nodes", "Nodes", lambda content: content.nodes),
    (
        "origin",
        "Configuration, versions and digests",
        lambda content: content.configuration or content.versions or content.digests,
    ),
]


def sections(content: Content) -> list[Section]:
    """Lists the sections that a page has.

    Args:
        content: of the report.

    Returns:
        The sections that something was measured for.
    """
    return [Section(id, title) for id, title, has in _SECTIONS if has(content)]
