"""A score section names files that a run can answer again and again."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from newsdesk.config.score import Score


def _score(path: str, out: str) -> Score:
    return Score.model_validate({"path": path, "out": out})


def test_files_are_beside_the_answers() -> None:
    score = _score("/new/*.csv", "s3://b/answers/today.v2.csv")
    assert score.files == (
        "s3://b/answers/today.v2.csv",
        "s3://b/answers/today.v2.quarantine.jsonl",
        "s3://b/answers/today.v2.score.json",
    )


def test_paths_are_relative_to_the_configuration(tmp_path: Path) -> None:
    score = Score.model_validate(
        {"path": "new/*.csv", "out": "answers.csv"}, context={"folder": tmp_path}
    )
    assert score.path == f"{tmp_path}/new/*.csv"
    assert score.out == f"{tmp_path}/answers.csv"


@pytest.mark.parametrize("out", ["/answers.txt", "/answers", "s3://b/answers.csv.gz"])
def test_the_name_of_the_answers_says_their_format(out: str) -> None:
    with pytest.raises(ValidationError, match="does not say which format"):
        _score("/new/*.csv", out)


@pytest.mark.parametrize(
    ("path", "out"),
    [
        ("/new", "/new/answers.csv"),
        ("/new/*.csv", "/new/answers.csv"),
        ("/new/*", "/new/answers.parquet"),
        # The quarantine and the record count as well.
        ("/new/*.jsonl", "/new/answers.csv"),
        ("/new/{YYYY}-{MM}-{DD}.csv", "/new/2026-01-02.csv"),
    ],
)
def test_answers_must_not_become_rows(path: str, out: str) -> None:
    with pytest.raises(ValidationError, match="would read .* as rows"):
        _score(path, out)


@pytest.mark.parametrize(
    ("path", "out"),
    [("/new/*.csv", "/new/out/a.csv"), ("/new/a.csv", "/new/b.csv")],
)
def test_answers_may_be_near_the_rows(path: str, out: str) -> None:
    assert _score(path, out).out == out
