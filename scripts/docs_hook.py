"""Completes the documentation site: pages outside docs/, the notebook, the navigation.

MkDocs imports this module, because mkdocs.yml names it in `hooks`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

from pages import links, notebook

ROOT = Path(__file__).parents[1]
# Pages that do not exist yet are left out, and pages that are not here come last.
NAVIGATION: Mapping[str, Sequence[str]] = {
    "Start": ("index.md", "quick-start.md", "own-data.md", "tour.md"),
    "Use": (
        *("predict.md", "serving.md", "python.md", "scheduling.md", "tuning.md"),
        *("report.md", "publishing.md"),
    ),
    "Look up": (
        *("configuration.md", "presets.md", "data-formats.md", "encoders.md"),
        *("training.md", "gates.md", "troubleshooting.md"),
    ),
    "Scale": ("scaling.md", "kubeflow.md"),
    "Project": (
        *("results.md", "benchmarks.md", "reliability.md", "contributing.md"),
        "changelog.md",
    ),
}


def on_files(files: Any, config: Any) -> Any:
    """Adds the pages that are not Markdown files of docs/, and the navigation."""
    for here, there in links.OUTSIDE.items():
        text = (ROOT / here).read_text(encoding="utf-8")
        if here.endswith(".ipynb"):
            text = notebook.markdown(text)
        files.append(File.generated(config, there, content=text))
    config.nav = _navigation([file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Points links between files of the clone at pages of the site."""

    def exists(path: str) -> bool:
        return files.get_file_from_path(path) is not None

    return links.rewrite(markdown, page.file.src_uri, exists)


def _navigation(pages: Sequence[str]) -> list[dict[str, Any]]:
    design = sorted(page for page in pages if page.startswith("design/"))
    design.sort(key=lambda page: page != "design/README.md")
    known = {page for group in NAVIGATION.values() for page in group}
    groups = {
        name: [page for page in group if page in pages]
        for name, group in NAVIGATION.items()
    }
    groups["Design"] = design
    groups["More"] = sorted({*pages} - known - {*design})
    return [{name: group} for name, group in groups.items() if group]
