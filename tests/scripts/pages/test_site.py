"""The site builds without warnings, and its pages ask for nothing outside of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import CHROMIUM, browser

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.slow
_OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?https?://"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from this clone."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_of_the_clone_is_in_the_site(site: Path) -> None:
    pages = {file.relative_to(ROOT / "docs") for file in ROOT.glob("docs/**/*.md")}
    built = {file.relative_to(site) for file in site.rglob("*.html")}
    names = {
        page.with_name("index.md") if page.name == "README.md" else page
        for page in pages
    }
    assert {name.with_suffix(".html") for name in names} <= built
    assert {Path("index.html"), Path("kubeflow.html")} <= built


def test_no_page_loads_anything_from_outside(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert pages
    assert [p.name for p in pages if _OUTSIDE.search(p.read_text("utf-8"))] == []


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_browser_asks_for_files_of_the_site_only(site: Path) -> None:
    with browser() as window:
        window.open(site / "index.html", 1280, 800)
    assert window.requests
    outside = [one for one in window.requests if not one.startswith("file:")]
    assert [one for one in outside if not one.startswith("data:")] == []
