"""Which pages have a generated part, and what makes it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pages import block, settings, troubleshooting

DOCS = Path(__file__).parents[2] / "docs"
PAGES: Mapping[str, Callable[[], str]] = {
    "configuration.md": settings.markdown,
    "troubleshooting.md": troubleshooting.markdown,
}


def stale() -> Iterator[tuple[Path, str]]:
    """Yields each page that differs from what the code says, with its new text."""
    for name, make in PAGES.items():
        page = DOCS / name
        before = page.read_text(encoding="utf-8")
        after = block.put(before, make())
        if after != before:
            yield page, after


def write() -> None:
    """Writes the pages that differ."""
    for page, text in stale():
        page.write_text(text, encoding="utf-8")
        print(f"{page}: written again; commit it")
