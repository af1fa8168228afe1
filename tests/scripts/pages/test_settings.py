"""Every configuration key is on its page, with values, default and a sentence."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from newsdesk.config.section import Section, Share
from newsdesk.config.sections import Config
from pages import block, generated, settings, values

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


class Small(Section):
    """A section for these tests."""

    share: Share | None = None
    """A share."""
    steps: int = Field(3, ge=1, lt=9)


def _keys(kind: Any) -> Iterator[str]:
    """The names of all keys, by walking the models in another way."""
    for section in values.sections_in(kind):
        for name, field in section.model_fields.items():
            yield name
            yield from _keys(field.annotation)


def test_the_page_has_every_key() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.]+)` ", page, re.MULTILINE)
    shown = {name.rpartition(".")[2] for name in rows}
    assert shown == set(_keys(Config))


def test_every_key_has_one_sentence_and_values() -> None:
    keys = [key for table in settings.tables() for key in table.keys]
    assert len(keys) > 100
    assert [key.name for key in keys if not key.meaning.endswith(".")] == []
    assert [key.name for key in keys if ". " in key.meaning] == []
    assert [key.name for key in keys if not key.values] == []


def test_limits_and_defaults_are_in_words() -> None:
    table = settings._table("small", Small)
    assert table.keys == [
        ("small.share", "number, at least 0, at most 1", "", "A share."),
        ("small.steps", "whole number, at least 1, below 9", "`3`", ""),
    ]


def test_the_generated_pages_are_current() -> None:
    assert [page.name for page, _ in generated.stale()] == [], "run `make docs`"


def test_what_is_around_the_generated_part_stays() -> None:
    page = f"before\n{block.BEGIN}\nold\n{block.END}\nafter\n"
    assert block.put(page, "new") == (
        f"before\n{block.BEGIN}\n\nnew\n\n{block.END}\nafter\n"
    )
