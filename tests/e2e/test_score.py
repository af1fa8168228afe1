"""A run that has nothing to train still answers new rows, once."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import SAMPLE, Finished
from tests.support.first_run import FirstRun

pytestmark = pytest.mark.e2e
ROWS = (
    "id,title,description\n"
    "1,Team wins the cup final,A late goal decided the match.\n"
    "2,,\n"
    "3,Bank raises rates,Shares fell on the news.\n"
)


def test_new_rows_are_answered_without_training(
    first_run: FirstRun,
    newsdesk: Callable[..., Finished],
    last_summary: Callable[[Path], dict[str, Any]],
    tmp_path: Path,
) -> None:
    root, out = tmp_path / "root", tmp_path / "answers" / "answers.csv"
    shutil.copytree(first_run.kept, root)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.csv").write_text(ROWS)
    words = ["run", SAMPLE]
    for setting in (
        f"output.root={root}",
        f"score.path={tmp_path}/new/*.csv",
        f"score.out={out}",
    ):
        words += ["--set", setting]

    dry = newsdesk(*words, "--dry-run")
    assert "would do   only answer the rows of score.path" in dry.screen
    assert not out.exists()

    # Also with --if-new-data, because the rows are new.
    done = newsdesk(*words, "--if-new-data")
    assert done.code == 0, done.screen + done.errors
    version = first_run.summary["pushed"].rpartition("/")[2]
    assert f"2 rows answered by version {version}" in done.screen
    assert "a.csv:3: the text is empty" in done.screen
    assert "unchanged  this model is already in service\n" in done.screen
    with open(out, newline="") as stream:
        answers = list(csv.DictReader(stream))
    assert [(row["id"], row["label"]) for row in answers] == [
        ("1", "Sports"),
        ("3", "Business"),
    ]
    summary = last_summary(root)
    assert [node["name"] for node in summary["nodes"]] == ["BulkInferrer"]
    assert (summary["state"], summary["exit_code"]) == ("unchanged", 0)

    again = newsdesk(*words)
    assert "already in service: nothing to do" in again.screen

    (tmp_path / "new" / "a.csv").write_text("id,heading\n1,Oil\n")
    wrong = newsdesk(*words)
    assert wrong.code == 1
    assert "a.csv: has no column 'title', 'description'" in wrong.errors
