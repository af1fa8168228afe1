"""A survey finds the columns of label and text by itself."""

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest

from newsdesk.errors import ConfigError, DataError
from pipeline.init.column import MAX_LABELS
from pipeline.init.look import look

ROWS = [
    ("1", "north", "The envoys met again on Monday", "https://x.example/1"),
    ("2", "south", "A late goal settled the cup tie", "https://x.example/2"),
    ("1", "north", "Troops left the border town at dawn", "https://x.example/3"),
    ("2", "south", "The captain will miss four matches", "https://x.example/4"),
]


def _written(path: Path, rows: list[tuple[str, ...]], delimiter: str = ",") -> Path:
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows))
    return path


def test_a_name_decides_among_several_labels(tmp_path: Path) -> None:
    file = _written(tmp_path / "rows.csv", [("class", "side", "body", "url"), *ROWS])
    survey = look(file)
    assert survey.label_candidates == ["class"]
    assert survey.text_candidates("class") == ["body"]
    assert (survey.rows, survey.bad_rows, survey.has_header) == (4, 0, True)


def test_without_a_usual_name_all_candidates_are_kept(tmp_path: Path) -> None:
    file = _written(tmp_path / "rows.csv", [("a", "b", "c", "d"), *ROWS])
    assert look(file).label_candidates == ["a", "b"]


def test_every_format_is_surveyed(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["class", "side", "body", "url"])
    frame.to_parquet(tmp_path / "rows.parquet")
    frame.to_json(tmp_path / "rows.jsonl", orient="records", lines=True)
    frame.to_csv(tmp_path / "rows.tsv", sep="\t", index=False)
    (tmp_path / "rows.csv.gz").write_bytes(
        gzip.compress(frame.to_csv(index=False).encode())
    )
    for file in tmp_path.iterdir():
        survey = look(file)
        assert survey.label_candidates == ["class"], file
        assert survey.text_candidates("class") == ["body"], file
        assert survey.rows == 4, file


def test_the_user_may_name_the_format(tmp_path: Path) -> None:
    file = _written(tmp_path / "rows.txt", [("class", "side", "body", "url"), *ROWS])
    with pytest.raises(ConfigError, match="--format"):
        look(file)
    assert look(file, file_format="csv").label_candidates == ["class"]


@pytest.mark.parametrize("place", [0, 1])
def test_a_first_row_of_data_is_not_a_header(tmp_path: Path, place: int) -> None:
    rows = [(row[place], row[2]) for row in ROWS]
    survey = look(_written(tmp_path / "rows.csv", rows))
    assert not survey.has_header
    assert list(survey.columns) == ["column_1", "column_2"]
    assert survey.rows == 4
    assert survey.label_candidates == ["column_1"]


def test_a_header_in_the_middle_of_joined_files_is_still_one(tmp_path: Path) -> None:
    rows = [(row[1], row[2]) for row in ROWS]
    header = ("desk", "body")
    survey = look(_written(tmp_path / "rows.csv", [header, *rows, header, *rows]))
    assert survey.has_header


def test_names_may_be_given_to_a_file_without_a_header(tmp_path: Path) -> None:
    file = _written(tmp_path / "rows.csv", ROWS)
    survey = look(file, columns=["desk", "side", "body", "url"])
    assert survey.label_candidates == ["desk"]
    assert not survey.has_header


def test_short_texts_are_text_where_there_is_nothing_else(tmp_path: Path) -> None:
    rows = [("label", "word"), ("a", "yes"), ("b", "no"), ("a", "sure"), ("b", "nah")]
    assert look(_written(tmp_path / "rows.csv", rows)).text_candidates("label") == [
        "word"
    ]


def test_bad_rows_are_counted_and_the_first_is_kept(tmp_path: Path) -> None:
    rows = [("class", "side", "body", "url"), *ROWS, ("1", "x"), ("2",)]
    survey = look(_written(tmp_path / "rows.csv", rows))
    assert survey.bad_rows == 2
    assert survey.bad is not None and survey.bad.number == 6


def test_file_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = _written(tmp_path / os.fsdecode(b"caf\xe9.csv"), [("class", "body"), *ROWS])
    with pytest.raises(
        ConfigError, match=r"/caf\\xe9\.csv: the file name is not UTF-8"
    ):
        look(file)


def test_the_count_of_distinct_values_is_limited(tmp_path: Path) -> None:
    rows = [("label", "body"), *((f"l{i // 2}", "x") for i in range(3 * MAX_LABELS))]
    survey = look(_written(tmp_path / "rows.csv", rows))
    assert survey.columns["label"].values is None
    assert survey.label_candidates == []


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("none.csv", None, ConfigError, "there is no such file"),
        ("empty.csv", b"", DataError, "empty"),
        ("head.csv", b"label,body\n", DataError, "contains no row"),
        ("bad.csv", b"label,body\n1\n", DataError, "bad.csv:2: has 1 cells"),
        ("wide.csv", "label,body\n".encode("utf-32"), DataError, "UTF-32"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, content: bytes | None, error: type, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        look(tmp_path / name)
    assert name in str(caught.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contains no file"):
        look(tmp_path)


def test_repeated_texts_are_text_where_there_is_nothing_else(tmp_path: Path) -> None:
    rows = [("label", "id", "body")]
    rows += [("ab"[n % 2], str(n), f"a text for row {n % 5}") for n in range(40)]
    survey = look(_written(tmp_path / "rows.csv", [*rows]))
    assert survey.text_candidates("label") == ["body"]
