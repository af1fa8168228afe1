"""`newsdesk evaluate` reports a model on any labelled file, and applies limits."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from tests.support import lengths_model

pytestmark = pytest.mark.slow
ROWS = "title,body,kind\na,b,short\nmany,words,long\n,,long\nx,y,odd\na,c,long\n"


class Done(NamedTuple):
    """The exit code, standard output and error of the command."""

    code: int
    screen: str
    error: str


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts `long` for texts above five bytes, else `short`."""
    folder = tmp_path_factory.mktemp("model")
    card = {
        "text_columns": ["title", "body"],
        "labels": ["short", "long"],
        "encoding": "windows-1252",
    }
    lengths_model.save(folder, card)
    return folder


@pytest.fixture
def evaluate(
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., Done]:
    """Runs the command on a file of five rows, two of which cannot be used."""
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text(ROWS)

    def run(*words: str, file: str = "rows.csv") -> Done:
        given = ["evaluate", "--file", file, "--model", str(model), *words]
        done = CliRunner().invoke(app, given)
        # The command writes to the file descriptor, which the runner does not replace.
        return Done(done.exit_code, capfd.readouterr().out, str(done.exception))

    return run


def test_the_report_has_all_figures(evaluate: Callable[..., Done]) -> None:
    done = evaluate("--label-column", "kind", "--json")
    assert done.code == 0, done.error
    found: dict[str, Any] = json.loads(done.screen)
    assert (found["rows"], found["bad_rows"]) == (3, 2)
    assert found["accuracy"] == pytest.approx(2 / 3)
    # Every answer has the probability 0.75.
    assert found["ece"] == pytest.approx(0.75 - 2 / 3)
    assert found["classes"][1] == {
        "label": "long",
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "rows": 2,
    }
    assert found["confusions"] == [{"label": "long", "predicted": "short", "rows": 1}]
    assert "unknown label 'odd'" in found["bad"][1]


def test_people_read_figures_bad_rows_and_confusions(
    evaluate: Callable[..., Done],
) -> None:
    done = evaluate("--label-column", "kind")
    assert (
        "accuracy   0.6667 (macro F1 0.6667, loss 0.6539, calibration error 0.0833) on "
        "3 rows"
    ) in done.screen
    assert "bad rows   2 of 5 were left out" in done.screen
    assert "confused   'long' as 'short': 1 row" in done.screen


def test_a_missed_limit_is_exit_code_3(evaluate: Callable[..., Done]) -> None:
    done = evaluate("--label-column", "kind", "--min-accuracy", "0.7")
    assert done.code == 3
    assert (
        "below      accuracy 0.6667 is below evaluation.min_accuracy 0.7, on 3 rows"
        in done.screen
    )


@pytest.mark.parametrize(
    ("words", "file", "sentence"),
    [
        ((), "rows.csv", "choose it with --label-column NAME"),
        (
            ("--label-column", "label"),
            "rows.csv",
            "no column 'label' with labels; its columns are 'title', 'body', 'kind'",
        ),
        (("--label-column", "kind"), "no.csv", "no.csv"),
        (("--label-column", "kind"), "rows.txt", "its name does not say which format"),
        (("--label-column", "kind"), "bad.csv", "none of its 1 rows can be used"),
        (("--label-column", "kind"), "text.csv", "has no column 'body', which the mod"),
    ],
)
def test_wrong_input_is_explained(
    evaluate: Callable[..., Done], words: tuple[str, ...], file: str, sentence: str
) -> None:
    Path("rows.txt").write_text("one text\n")
    Path("bad.csv").write_text("title,body,kind\na,b,odd\n")
    Path("text.csv").write_text("title,kind\na,short\n")
    done = evaluate(*words, file=file)
    assert done.code in (1, 2)
    assert sentence in done.error


def test_a_file_without_a_header_has_the_columns_of_the_configuration(
    evaluate: Callable[..., Done],
) -> None:
    Path("newsdesk.toml").write_text(
        """name = "a"
        [data]
        path = "data.csv"
        columns = ["kind", "title", "body"]
        text_columns = ["title", "body"]
        label_column = "kind"
        labels = ["short", "long"]
        schema_file = "schema.pbtxt"
        [evaluation]
        min_class_recall = 0
        """
    )
    Path("rows.csv").write_text("short,a,b\nlong,many,words\n")
    done = evaluate("--json")
    assert done.code == 0, done.error
    assert json.loads(done.screen)["rows"] == 2


def test_a_file_is_read_as_the_training_data(evaluate: Callable[..., Done]) -> None:
    Path("newsdesk.toml").write_text(
        """name = "a"
        [data]
        path = "data.csv"
        text_columns = ["title", "body"]
        label_column = "kind"
        labels = ["tiny", "short", "long", "odd"]
        merge_labels = { short = ["tiny"] }
        drop_labels = ["odd"]
        schema_file = "schema.pbtxt"
        [evaluation]
        min_class_recall = 0
        """
    )
    rows = "title;body;kind\nä;b;short\nc;d;tiny\nmany;words;long\nx;y;odd\n"
    Path("rows.csv").write_text(rows, encoding="cp1252")
    done = evaluate("--json")
    assert done.code == 0, done.error
    found: dict[str, Any] = json.loads(done.screen)
    assert (found["rows"], found["bad_rows"]) == (3, 0)
    assert [one["rows"] for one in found["classes"]] == [2, 1]
