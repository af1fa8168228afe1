"""Takes pictures of reports in headless Chromium, and checks them.

python -m benchmarks.screens report.html OUT writes OUT/<name>-<width>[-dark].png, with
--whole the whole page instead of the first screen. It exits with 1 if a page is wider
than its window, writes to the console or asks for another address.
"""

import argparse
import sys
from pathlib import Path

from tests.support.browser import Page, browser

SIZES = ((1280, 800), (390, 844))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", type=Path, metavar="report.html")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument(
        "--whole", action="store_true", help="not only the first screen"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with browser() as page:
        faults = [
            f"{file} at {size[0]} pixels: {fault}"
            for file in options.pages
            for size in SIZES
            for is_dark in (False, True)
            for fault in _take(page, file, size, is_dark, options.out, options.whole)
        ]
    print("\n".join(faults) or f"{len(options.pages)} pages have no faults")
    return 1 if faults else 0


def _take(
    page: Page,
    file: Path,
    size: tuple[int, int],
    is_dark: bool,
    out: Path,
    is_whole: bool,
) -> list[str]:
    page.messages.clear()
    page.requests.clear()
    page.open(file, *size, is_dark)
    name = f"{file.stem}-{size[0]}{'-dark' if is_dark else ''}.png"
    page.picture(out / name, is_whole)
    others = [one for one in page.requests if not one.startswith(("file:", "data:"))]
    return page.beyond_the_edge() + page.messages + others


if __name__ == "__main__":
    sys.exit(main())
