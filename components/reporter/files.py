"""The files of a report."""

from pathlib import Path

from newsdesk import atomic, regular
from newsdesk.report import kept_texts
from newsdesk.report.content import Content

PAGE, MARKDOWN = "report.html", "report.md"
METRICS, DOUBTFUL = "metrics.json", "doubtful_labels.csv"
_MOST_BYTES = 64 << 20


def write(content: Content, folder: Path) -> None:
    """Writes the page, its summary and its figures.

    Args:
        content: of the report; long texts are cut.
        folder: the folder for the files; it must exist.

    Raises:
        OSError: a file cannot be written.
    """
    content = kept_texts.cut(content)
    # First, so that the figures are kept if the page cannot be made.
    atomic.write_text(folder / METRICS, content.model_dump_json(indent=1) + "\n")
    # Imported here, because templates and charts take time to import.
    from newsdesk.report import page, summary_page

    atomic.write_text(folder / MARKDOWN, summary_page.markdown(content))
    atomic.write_text(folder / PAGE, page.html(content))


def read(folder: Path) -> Content:
    """Reads the content of a report.

    Args:
        folder: the folder of the files.

    Returns:
        The content.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ModelError: it is not a regular file, or is too large.
        ValueError: it is not the content of a report.
    """
    return Content.model_validate_json(regular.read(folder / METRICS, _MOST_BYTES))
