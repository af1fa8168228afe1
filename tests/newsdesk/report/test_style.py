"""Text of the page has enough contrast in light and dark."""

import re

import pytest

from newsdesk.report.page import TEMPLATES

_STYLE = (TEMPLATES / "page.css").read_text(encoding="utf-8")
_LIGHT, _DARK = (
    dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", _STYLE, re.DOTALL)[:2]
)
# WCAG 2.2, 1.4.3.
_LEAST = 4.5


def _rgb(colour: str) -> list[float]:
    return [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]


def _luminance(parts: list[float]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["back", "panel"])
@pytest.mark.parametrize(
    "text", ["text", "muted", "link", "good", "bad", "neutral", "escape"]
)
def test_text_can_be_read(colours: dict[str, str], ground: str, text: str) -> None:
    assert _contrast(_rgb(colours[text]), _rgb(colours[ground])) >= _LEAST


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize("heat", ["right", "wrong"])
@pytest.mark.parametrize("percent", [11, 22, 33, 44, 56, 67, 78, 89, 100])
def test_text_on_heat_can_be_read(
    colours: dict[str, str], heat: str, percent: int
) -> None:
    ground = [
        (percent * strong + (100 - percent) * back) / 100
        for strong, back in zip(_rgb(colours[heat]), _rgb(colours["back"]), strict=True)
    ]
    assert _contrast(_rgb(colours["text"]), ground) >= _LEAST


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize("line", ["main", "other"])
def test_lines_of_charts_can_be_seen(colours: dict[str, str], line: str) -> None:
    # WCAG 2.2, 1.4.11, asks for 3 in graphics.
    assert _contrast(_rgb(colours[line]), _rgb(colours["back"])) >= 3


def test_both_themes_have_the_same_colours() -> None:
    assert _LIGHT.keys() == _DARK.keys()
