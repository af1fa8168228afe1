"""File and row of doubtful labels, found by text and label."""

from pathlib import Path

import pytest

from components.reporter import places
from newsdesk.config.data import Data
from newsdesk.report.content import DoubtfulLabel

ROWS = """label,title,body
World,oil,"falls
again"
Sports,cup,final
Sports,,
World,cup,final
Sports,cup,final
"""


def doubtful(text: str, label: str = "Sports") -> DoubtfulLabel:
    return DoubtfulLabel(
        split="train", text=text, label=label, suggested="World", doubt=0.9
    )


def data_of(path: Path, text: str | None = ROWS) -> Data:
    if text is not None:
        path.write_text(text)
    return Data(
        path=str(path),
        text_columns=["title", "body"],
        label_column="label",
        labels=["World", "Sports"],
        schema_file="/schema",
    )


def found(data: Data, *doubts: DoubtfulLabel) -> list[str | None]:
    placed = places.with_places(doubts, data)
    bare = [one.model_copy(update={"place": None}) for one in placed]
    assert bare == list(doubts)
    return [one.place for one in placed]


def test_text_and_label_find_the_line(tmp_path: Path) -> None:
    data = data_of(tmp_path / "news.csv")

    assert found(
        data, doubtful("cup final", "World"), doubtful("oil falls\nagain", "World")
    ) == [f"{tmp_path}/news.csv:6", f"{tmp_path}/news.csv:2"]


def test_rows_of_one_text_and_label_have_places_of_their_own(tmp_path: Path) -> None:
    data = data_of(tmp_path / "news.csv")

    assert found(data, *[doubtful("cup final")] * 3) == [
        f"{tmp_path}/news.csv:4",
        f"{tmp_path}/news.csv:7",
        None,
    ]


def test_merged_labels_are_found_by_their_target(tmp_path: Path) -> None:
    data = data_of(tmp_path / "news.csv", ROWS.replace("World,cup", "Golf,cup"))
    merged = {"labels": ["World", "Sports", "Golf"]}
    data = Data.model_validate(
        data.model_dump(exclude_unset=True)
        | merged
        | {"merge_labels": {"World": ["Golf"]}}
    )

    assert found(data, doubtful("cup final", "World")) == [f"{tmp_path}/news.csv:6"]


def test_rows_that_are_not_there_any_more_have_no_place(tmp_path: Path) -> None:
    assert found(data_of(tmp_path / "news.csv"), doubtful("tennis")) == [None]


def test_files_that_are_not_there_give_no_places(tmp_path: Path) -> None:
    assert found(data_of(tmp_path / "news.csv", None), doubtful("cup final")) == [None]


def test_only_so_many_rows_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST_READ", 2)

    doubts = (doubtful("cup final"), doubtful("cup final", "World"))
    assert found(data_of(tmp_path / "news.csv"), *doubts) == [
        f"{tmp_path}/news.csv:4",
        None,
    ]
