"""Executes docs/tour.ipynb; `python -m pages.tour` saves its new outputs."""

from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "docs" / "tour.ipynb"
# Of one cell; the run of the pipeline is one.
_LONGEST_S = 1800


def executed() -> Any:
    """Executes the notebook in a kernel of its own.

    Returns:
        The notebook with its new outputs.

    Raises:
        CellExecutionError: a cell failed.
    """
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(FILE, as_version=4)
    NotebookClient(
        notebook, timeout=_LONGEST_S, kernel_name="python3", record_timing=False
    ).execute()
    notebook.metadata.pop("language_info", None)
    return notebook


if __name__ == "__main__":
    import nbformat

    nbformat.write(executed(), FILE)
