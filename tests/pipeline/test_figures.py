"""What a node's line shows of the data."""

from pathlib import Path

import pytest

from components.text_statistics.statistics import (
    FILE,
    SplitStatistics,
    TextStatistics,
)
from pipeline import figures


@pytest.mark.parametrize(
    ("train", "test", "note"),
    [
        (0.0, 0.0, ""),
        (0.004, 0.0, "0.4% of the train rows have a text that also has another label"),
        (0.004, 0.25, "25.0% of the test rows have a text that also has another label"),
    ],
)
def test_rows_with_contradicting_labels_are_shown(
    tmp_path: Path, train: float, test: float, note: str
) -> None:
    shares = {"train": train, "test": test}
    splits = {
        name: SplitStatistics(conflict_share=share) for name, share in shares.items()
    }
    counted = TextStatistics(splits=splits)
    (tmp_path / FILE).write_text(counted.model_dump_json())
    assert figures.conflicts(str(tmp_path)) == note
