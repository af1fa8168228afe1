"""A new release continues in the root of an older release."""

import csv
from pathlib import Path

import pytest

from newsdesk.errors import ExitCode
from tests.support import old_root, sample

pytestmark = pytest.mark.e2e


def test_a_run_continues_in_an_old_root(tmp_path: Path) -> None:
    root = old_root.unpack(tmp_path / "old")
    rows = sample.SAMPLE.parents[1] / "sample" / "sample.csv"
    with open(rows, newline="") as all_rows:
        kept = list(csv.reader(all_rows))[:601]
    with open(tmp_path / "rows.csv", "w", newline="") as stream:
        csv.writer(stream).writerows(kept)
    code, screen = sample.finish_command(
        [
            *("run", str(root / "runs" / old_root.RUNS[-1] / "config.toml")),
            *("--set", f"output.root={root}"),
            *("--set", f"data.path={tmp_path / 'rows.csv'}"),
            *("--set", f"data.schema_file={sample.REPOSITORY}/schemas/sample.pbtxt"),
            *("--set", "train.seed=3"),
            # Two epochs on so few rows teach nothing.
            *("--set", "evaluation.min_class_recall=0"),
        ]
    )
    assert code == ExitCode.DONE, screen
    assert f"version {old_root.VERSIONS[-1]} is in service" in screen
    assert len(sample.versions(root)) == 3
    assert sample.summary(root)["run"].startswith("r000001-")
