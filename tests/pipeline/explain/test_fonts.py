"""Labels are drawn with a font that has their characters, or escaped."""

from pathlib import Path

import pytest

from pipeline.explain import fonts


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> fonts.Fonts:
    """The fonts of a system that has none."""
    monkeypatch.setattr(fonts.font_manager, "findSystemFonts", list)
    return fonts.Fonts()


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("▁café $5$", "▁café $5$"),
        ("中文a", r"\u4e2d\u6587a"),
        ("\x1b[31m\u202e\u200f", r"\x1b[31m\u202e\u200f"),
        # Drawn from the left, so the last letter comes first, with its own vowel.
        ("אבָג", "גבָא"),
        ("مرحبا", "ابحرم"),
    ],
)
def test_every_label_can_be_drawn(
    text: str, drawn: str, alone: fonts.Fonts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_ORDERS_TEXT", False)
    shown, font = alone.fit(text)
    assert shown == drawn
    assert font.name == "DejaVuSans.ttf"


def test_a_font_of_the_system_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a/small.ttf": {65}, "b/NotoSansCJK.ttc": {0x4E2D, 0x6587, 65}}
    own = fonts.Fonts()
    monkeypatch.setattr(fonts.font_manager, "findSystemFonts", lambda: list(files))
    monkeypatch.setattr(fonts, "_characters", lambda path: files.get(path, {65}))
    shown, font = own.fit("中文A")
    assert (shown, str(font)) == ("中文A", "b/NotoSansCJK.ttc")


def test_a_font_is_opened_once_for_all_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "other.ttf")
    opened: list[str] = []

    def open_font(path: str) -> None:
        opened.append(path)
        raise OSError

    found = fonts.Fonts()
    found.fit("A")
    monkeypatch.setattr(fonts.font_manager, "findSystemFonts", lambda: [file])
    monkeypatch.setattr(fonts, "FT2Font", open_font)
    for token in ("中", "文", "字"):
        found.fit(token)
    assert opened == [file]
