"""Pages in a real browser: no overflow, nothing runs, nothing is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk.report.page import html
from tests.support import report_contents
from tests.support.browser import CHROMIUM, Page, browser

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
CONTENTS = {
    "four": report_contents.rich(4),
    "not-good-enough": report_contents.rich(2, state="not good enough"),
    "many": report_contents.rich(400),
    "stopped": report_contents.stopped(),
    "bare": report_contents.bare(),
    "hostile": report_contents.hostile(),
}


@pytest.fixture(scope="module")
def window() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["1280", "390"])
@pytest.mark.parametrize("name", CONTENTS)
def test_a_page_fits_and_is_silent(
    window: Page, tmp_path: Path, name: str, size: tuple[int, int], is_dark: bool
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(CONTENTS[name]), encoding="utf-8")
    window.messages.clear()
    window.requests.clear()
    window.open(file, *size, is_dark)
    assert window.beyond_the_edge() == []
    assert window.messages == []
    assert window.requests == [file.as_uri()]
    assert "owned" not in window.evaluate("document.title").split(" – ")[0]
    colour = window.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == ("rgb(15, 19, 24)" if is_dark else "rgb(255, 255, 255)")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["1280", "390"])
def test_the_first_screen_has_the_reason_and_the_figures(
    window: Page, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(CONTENTS["not-good-enough"]), encoding="utf-8")
    window.open(file, *size)
    bottom = "document.querySelector('{}').getBoundingClientRect().bottom"
    assert window.evaluate(bottom.format(".verdict")) < size[1]
    accuracy = bottom.format(".key tbody tr:first-child")
    assert window.evaluate(accuracy) < size[1]


def test_a_wide_page_is_noticed(window: Page, tmp_path: Path) -> None:
    file = tmp_path / "wide.html"
    file.write_text("<p style='width: 900px'>wide</p><script>absent()</script>")
    window.messages.clear()
    window.open(file, 390, 844)
    assert window.beyond_the_edge()
    assert any("absent" in message for message in window.messages)


def test_forty_tokens_fit_on_a_screen(window: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(CONTENTS["four"]), encoding="utf-8")
    window.open(file, 1280, 800)
    boxes = "[...document.querySelectorAll('.scroll:has(.attention)')]"
    hidden = f"{boxes}.map(one => one.scrollWidth - one.clientWidth)"
    assert window.evaluate(hidden) == [0, 0, 0]
