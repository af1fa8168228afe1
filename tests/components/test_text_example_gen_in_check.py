"""`newsdesk check` divides the rows as a run does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.config.sections import Config
from pipeline.check import reading

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        ("a b", {}),
        ("a b", {"splits": {"train": "a.csv", "test": "b.csv"}}),
        ("train test", {}),
        ("a b", {"split_column": "part"}),
    ],
)
def test_check_counts_the_rows_of_every_split(
    tmp_path: Path,
    generate: Callable[..., Any],
    make_config: Callable[..., Config],
    names: str,
    settings: dict[str, Any],
) -> None:
    data = {
        "path": str(tmp_path / "data"),
        "text_columns": ["text"],
        "label_column": "label",
        "labels": ["often", "seldom"],
        **settings,
    }
    for name, begin in zip(names.split(), (0, 200), strict=True):
        lines = ["text,label,part"]
        for row in range(begin, begin + 200):
            # Every text occurs twice, and 6 of 200 with the second label.
            label = "seldom" if row // 2 % 33 == 0 else "often"
            part = "test" if row % 5 == 0 else "train"
            lines.append(f"text number {row // 2},{label},{part}")
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    made = generate(**data).splits
    found = reading.read(make_config(data=data)).splits
    counts = {
        name: {label: [row["label"] for row in rows].count(label) for label in (0, 1)}
        for name, rows in made.items()
    }
    assert {
        name: {label: one.labels.get(label, 0) for label in (0, 1)}
        for name, one in found.items()
    } == counts
