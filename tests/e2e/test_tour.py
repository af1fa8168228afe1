"""The tour runs, and its saved outputs are small and complete."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LARGEST_PICTURE = 100_000


def _saved() -> Any:
    return json.loads((ROOT / "docs" / "tour.ipynb").read_text(encoding="utf-8"))


def _outputs(notebook: Any) -> Iterator[Any]:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            yield from cell["outputs"]


def _pictures(notebook: Any) -> list[bytes]:
    found = [output.get("data", {}) for output in _outputs(notebook)]
    return [base64.b64decode(one["image/png"]) for one in found if "image/png" in one]


def test_the_saved_tour_ends_at_a_small_picture() -> None:
    saved = _saved()
    kinds = {output["output_type"] for output in _outputs(saved)}
    assert kinds <= {"stream", "execute_result", "display_data"}
    (picture,) = _pictures(saved)
    assert len(picture) < LARGEST_PICTURE
    assert "image/png" in saved["cells"][-1]["outputs"][-1]["data"]


def test_the_saved_tour_names_no_folder_of_its_author() -> None:
    text = json.dumps(list(_outputs(_saved())))
    assert "/home/" not in text and str(ROOT) not in text


@pytest.mark.e2e
def test_the_tour_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages import tour

    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'scripts'}")
    notebook = tour.executed()
    assert len(_pictures(notebook)) == 1
    printed = "".join(one.get("text", "") for one in _outputs(notebook))
    assert "pushed" in printed and "unknown label 'Weather'" in printed
