import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from newsdesk.config.data import Data
from newsdesk.config.load import load
from newsdesk.config.removed_labels import override
from newsdesk.config.sections import Config
from newsdesk.rows.labelling import BadRow, Labelled, Labelling, LeftOut
from newsdesk.rows.row import Row

REMOVED = {
    "labels": ["World", "Sports", "Business", "Oil", "Gas"],
    "first_label": 1,
    "drop_labels": ["Sports"],
    "merge_labels": {"Business": ["Oil", "Gas"]},
}


@pytest.fixture
def data(make_config: Callable[..., Config]) -> Callable[..., Data]:
    def make(**values: Any) -> Data:
        columns = {"text_columns": ["text"], "label_column": "label"}
        return make_config(data={**columns, **REMOVED, **values}).data

    return make


def test_labels_are_the_classes_that_remain(data: Callable[..., Data]) -> None:
    assert data().labels == ["World", "Business"]
    assert data().listed_labels == REMOVED["labels"]


def test_the_section_reads_back_the_same(data: Callable[..., Data]) -> None:
    again = Data.model_validate_json(data().model_dump_json())
    assert (again.labels, again.listed_labels) == (
        data().labels,
        data().listed_labels,
    )
    copied = data().model_copy(update={"schema_file": "/x"})
    assert json.loads(copied.model_dump_json())["labels"] == REMOVED["labels"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("World", Labelled("words", 0, {})),
        ("Business", Labelled("words", 1, {})),
        ("Gas", Labelled("words", 1, {}, "Gas")),
        ("Sports", LeftOut("Sports")),
        # Positions count in the labels as they were written.
        ("2", LeftOut("Sports")),
        ("3", Labelled("words", 1, {})),
        ("5", Labelled("words", 1, {}, "Gas")),
    ],
)
def test_rows_are_merged_or_left_out(
    data: Callable[..., Data], cell: str, expected: object
) -> None:
    found = Labelling.of(data()).apply(Row("f", 1, {"text": "words", "label": cell}))
    assert found == expected
    if isinstance(found, Labelled):
        assert isinstance(expected, Labelled)
        assert found.merged == expected.merged


def test_an_unknown_label_is_still_bad(data: Callable[..., Data]) -> None:
    row = Row("f", 1, {"text": "words", "label": "Sport"})
    assert isinstance(Labelling.of(data()).apply(row), BadRow)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"drop_labels": ["Sport"]},
            "drop_labels: 'Sport' is not in data.labels; did you mean 'Sports'?",
        ),
        ({"merge_labels": {"World": ["Coal"]}}, "merge_labels: 'Coal' is not in"),
        ({"merge_labels": {"Energy": ["Oil"]}}, "; add it to data.labels to make it"),
        ({"drop_labels": ["Oil"]}, "have 'Oil' twice"),
        ({"drop_labels": ["Business"]}, "'Business' gets other labels, so it cannot"),
        (
            {"drop_labels": ["World", "Sports"]},
            "leave 1 of 5 labels; a classifier needs at least two",
        ),
    ],
)
def test_labels_that_cannot_be_removed(
    data: Callable[..., Data], values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        data(**values)
    assert sentence in str(raised.value)


def test_the_option_leaves_out_more_labels() -> None:
    assert override(["c", "b"], ["a", "b", "c", "d"], ["x"]) == (
        'data.drop_labels=["x", "b", "c"]'
    )
    assert override(["b"], ["a", "b"], []) == ""


def test_the_option_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        'name = "n"\n[data]\npath = "a.csv"\ntext_columns = ["t"]\nlabel_column = "l"\n'
        'labels = ["a", "b\\"é", "c"]\nschema_file = "s"\n'
    )
    config = load(file, [override(['b"é'], ["a", 'b"é', "c"], [])])
    assert config.data.labels == ["a", "c"]
