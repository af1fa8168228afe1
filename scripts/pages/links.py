"""Lets links between files of the clone work in the site as well.

Documents link to each other by their paths in the clone, because hosts of git show them
from there. The site has the pages of docs/, and of other folders those in `OUTSIDE`.
"""

import os.path
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

# Files that are not Markdown of docs/, and their paths in the site.
OUTSIDE: Mapping[str, str] = {
    "README.md": "index.md",
    "kubeflow/README.md": "kubeflow.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/reliability/README.md": "reliability.md",
    "pipeline/configs/README.md": "presets.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "docs/tour.ipynb": "tour.md",
}
# Links, and the code in which nothing is a link.
_PART = re.compile(
    r"^```.*?^```|(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)|`[^`\n]+`",
    re.DOTALL | re.MULTILINE,
)


def source(page: str) -> str:
    """Finds the file of the clone that a page of the site comes from.

    Args:
        page: path of the page in the site, such as `design/rooms.md`.

    Returns:
        Path in the clone, such as `docs/design/rooms.md`.
    """
    outside = {there: here for here, there in OUTSIDE.items()}
    return outside.get(page, f"docs/{page}")


def rewrite(markdown: str, page: str, exists: Callable[[str], bool]) -> str:
    """Points the links of a page at pages of the site.

    Args:
        markdown: the page, with links as in the clone.
        page: its path in the site.
        exists: whether the site has a page or picture at a path.

    Returns:
        The page. Links to files that the site does not have become their text.
    """
    return _PART.sub(
        lambda part: _link(part, page, exists) if part["target"] else part[0], markdown
    )


def _link(link: re.Match[str], page: str, exists: Callable[[str], bool]) -> str:
    target, _, anchor = link["target"].partition("#")
    if not target or "://" in target:
        return link[0]
    folder = PurePosixPath(source(page)).parent
    path = os.path.normpath(folder / target)
    for name in (path, f"{path}/README.md"):
        there = OUTSIDE.get(name, name.removeprefix("docs/"))
        if (name in OUTSIDE or name.startswith("docs/")) and exists(there):
            relative = os.path.relpath(there, PurePosixPath(page).parent)
            after = f"#{anchor}" if anchor else ""
            return f"{link['image']}[{link['text']}]({relative}{after})"
    return link["text"]
