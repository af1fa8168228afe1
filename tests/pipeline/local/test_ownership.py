"""A root belongs to one pipeline; other pipelines are refused."""

import datetime
import os
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError
from pipeline.local.history import RunFolder, Summary
from pipeline.local.ownership import check, claim


def test_the_first_pipeline_has_the_root(tmp_path: Path) -> None:
    claim(tmp_path, "news")
    claim(tmp_path, "news")
    with pytest.raises(ConfigError, match="belongs to the pipeline 'news', and this"):
        claim(tmp_path, "desks")
    assert (tmp_path / ".pipeline").read_text() == "news\n"


def test_a_root_of_an_older_release_belongs_to_its_newest_run(tmp_path: Path) -> None:
    run = "20260101-000000"
    folder = RunFolder(tmp_path / "runs" / run)
    folder.path.mkdir(parents=True)
    now = datetime.datetime.now().astimezone()
    folder.write(Summary(run=run, pipeline="x", started=now, data="/rows.csv"))
    with pytest.raises(ConfigError, match="belongs to the pipeline 'x'"):
        check(tmp_path, "desks")
    claim(tmp_path, "x")


def test_a_renamed_pipeline_can_take_over_the_root(tmp_path: Path) -> None:
    claim(tmp_path, "news")
    (tmp_path / ".pipeline").write_text("desks")
    claim(tmp_path, "desks")


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_record_that_is_not_a_file_is_refused(tmp_path: Path, kind: str) -> None:
    file, target = tmp_path / ".pipeline", tmp_path / "target"
    target.write_text("precious")
    os.mkfifo(file) if kind == "pipe" else file.symlink_to(target)
    with pytest.raises(ConfigError, match=r"\.pipeline: is not a file with the name"):
        claim(tmp_path, "news")
    assert target.read_text() == "precious"
