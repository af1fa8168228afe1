"""`newsdesk check`: what it finds, its exit codes, and its two outputs."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from newsdesk.errors import ConfigError, NewsdeskError
from newsdesk.published.local_store import LocalStore
from pipeline.cli import app
from pipeline.init.starter import schema
from tests.support.versions import Publish

CONFIG = """
name = "desks"
[data]
path = "rows.csv"
text_columns = ["text"]
label_column = "label"
labels = ["a", "b"]
schema_file = "schema.pbtxt"
[output]
root = "root"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a configuration, a schema and 200 rows of two labels."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "newsdesk.toml").write_text(CONFIG)
    (tmp_path / "schema.pbtxt").write_text(schema(2))
    _write_rows([("ab"[n % 2], f"text number {n}") for n in range(200)])
    return tmp_path


def _write_rows(rows: list[tuple[str, str]]) -> None:
    lines = "".join(f"{label},{text}\n" for label, text in rows)
    Path("rows.csv").write_text(f"label,text\n{lines}")


def _check(*words: str) -> Result:
    return CliRunner().invoke(app, ["check", *words])


def _found(*words: str) -> dict[str, Any]:
    """Checks, and returns the JSON object; its exit code is that of the command."""
    done = _check("--json", *words)
    found: dict[str, Any] = json.loads(done.output)
    assert done.exit_code == found["exit_code"]
    return found


def _problems(*words: str) -> list[str]:
    return [one["problem"] for one in _found(*words)["problems"]]


def test_good_data_has_no_problems(project: Path) -> None:
    before = sorted(project.iterdir())
    done = _check()
    assert done.exit_code == 0, done.output
    assert "1 file, 200 rows, of which 200 are used" in done.output
    assert "next     newsdesk run newsdesk.toml\n" in done.output
    assert max(map(len, done.output.splitlines())) <= 80
    assert sorted(project.iterdir()) == before


def test_json_has_every_figure(project: Path) -> None:
    found = _found()
    assert found["exit_code"] == 0
    assert found["rows"] == {
        "read": 200,
        "used": 200,
        "bad": 0,
        "left_out": 0,
    }
    splits = found["splits"]
    assert sum(one["rows"] for one in splits.values()) == 200
    assert sum(one["labels"]["a"] for one in splits.values()) == 100
    assert found["lengths"] == {
        "exact": True,
        "mean": 3.0,
        "longest": 3,
        "cut_share": 0.0,
    }


def test_the_next_command_repeats_overrides(project: Path) -> None:
    done = _check("--set", "train.epochs=1", "--set", "name=the-desks")
    assert "newsdesk run newsdesk.toml --set train.epochs=1 --set name=the-" in (
        done.output
    )


def test_bad_rows_are_shown_with_their_remedy(project: Path) -> None:
    lines = [b"label,text", *[b"a,some text %d" % n for n in range(90)]]
    lines += [b"b,caf\xe9 %d" % n for n in range(10)]
    (project / "rows.csv").write_bytes(b"\n".join(lines))
    problem = next(one for one in _problems() if "cannot be used" in one)
    assert problem.startswith("10 of 100 rows cannot be used (10.00%; data.max_bad_")
    assert problem.count("is not valid UTF-8") == 5
    assert "Hint: if the file is in Latin-1 or Windows-1252" in problem
    assert _found()["exit_code"] == 4


def test_allowed_bad_rows_are_only_a_note(project: Path) -> None:
    with open("rows.csv", "a") as stream:
        stream.write("a,\n")
    found = _found("--set", "data.max_bad_rows=0.1")
    assert found["exit_code"] == 0
    (note,) = found["notes"]["data"]
    assert "rows.csv:202: the text is empty (text)" in note


def test_a_missing_file_does_not_hide_other_problems(project: Path) -> None:
    (project / "rows.csv").unlink()
    (project / "root").write_text("a file")
    found = _found()
    first, *others = found["problems"]
    assert (first["part"], first["exit_code"]) == ("push", 1)
    assert "root is not a folder; choose another folder with --set" in first["problem"]
    assert any("rows.csv: there is no such file" in one["problem"] for one in others)


def test_a_missing_column_fails(project: Path) -> None:
    found = _found("--set", "data.label_column=topic")
    assert found["exit_code"] == 1
    assert "has no column 'topic'" in found["problems"][0]["problem"]


def test_a_label_without_rows_is_named_with_its_counts(project: Path) -> None:
    labels = ["--set", 'data.labels=["a", "b", "c"]']
    (project / "schema.pbtxt").write_text(schema(3))
    found = _found(*labels)
    assert found["exit_code"] == 4
    (problem,) = found["problems"]
    assert "'c' has 0 in train, 0 in eval, 0 in test; add rows" in (problem["problem"])


def test_the_option_that_leaves_a_label_out_works(project: Path) -> None:
    (project / "schema.pbtxt").write_text(schema(3))
    labels = ["--set", 'data.labels=["a", "b", "c"]']
    (problem,) = _problems(*labels)
    *_, option = shlex.split(problem)
    assert _problems(*labels, "--set", option) == []


def test_rows_of_dropped_labels_are_counted(project: Path) -> None:
    _write_rows([("abc"[n % 3], f"text number {n}") for n in range(300)])
    labels = ["--set", 'data.labels=["a", "b", "c"]']
    found = _found(*labels, "--set", 'data.drop_labels=["c"]')
    assert found["problems"] == []
    assert (found["rows"]["used"], found["rows"]["left_out"]) == (200, 100)


def test_a_split_without_rows_fails_as_in_a_run(project: Path) -> None:
    _write_rows([("a", "one text"), ("b", "one text")])
    found = _found()
    assert found["exit_code"] == 1
    assert "got none of the 2 usable rows" in found["problems"][0]["problem"]


def test_a_broken_rule_of_the_gate_stops(project: Path) -> None:
    _write_rows([("ab"[n % 2], f"text number {n // 4}") for n in range(200)])
    found = _found()
    assert found["exit_code"] == 4
    assert any("gate.max_duplicate_share = 0.2" in one for one in _problems())
    assert "max_duplicate_share" in {
        one["rule"] for one in found["gate"] if one["holds"] is False
    }


def test_a_schema_that_allows_too_few_labels_stops(project: Path) -> None:
    (project / "schema.pbtxt").write_text(schema(2).replace("max: 1", "max: 0"))
    (problem,) = _problems()
    assert "allows the labels 0 to 0, but data.labels has 2" in problem
    (project / "schema.pbtxt").write_text("feature {")
    assert "cannot be read as a schema" in _problems()[0]


def test_long_texts_are_noted_with_a_length_that_is_enough(project: Path) -> None:
    _write_rows([("ab"[n % 2], f"text {n} " + "word " * 300) for n in range(200)])
    (note,) = _found()["notes"]["lengths"]
    assert "the ends of 100.0% of the texts are not read" in note
    assert "set text.max_length = 302, or put what matters first" in note
    assert "lengths" not in _found("--set", "text.max_length=302")["notes"]


def test_punctuation_ends_a_word(project: Path) -> None:
    _write_rows([("ab"[n % 2], f'"oil,prices \N{EM DASH} {n}"') for n in range(200)])
    assert _found()["lengths"]["longest"] == 3


def test_other_labels_than_those_in_service_stop(
    project: Path, publish: Publish
) -> None:
    store = LocalStore(project / "root" / "serving")
    version = publish(store)
    found = _found()
    assert (found["exit_code"], found["in_service"]["version"]) == (0, str(version))
    publish(store, graph=b"other", labels=["a", "z"])
    found = _found()
    assert found["exit_code"] == 4
    assert "its labels are a, z" in found["problems"][0]["problem"]
    assert "--accept-new-baseline REASON" in found["problems"][0]["problem"]


def test_a_wrong_configuration_is_an_error(project: Path) -> None:
    done = _check("--set", "train.epochs=none")
    assert isinstance(done.exception, ConfigError)


def test_a_fault_of_the_encoder_is_a_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def inspect(_: object) -> list[str]:
        raise NewsdeskError("weights: are cut; copy them again")

    monkeypatch.setattr("trainer.encoders.inspection.check", inspect)
    assert _problems() == ["weights: are cut; copy them again"]


def test_many_labels_are_summed_up(project: Path) -> None:
    labels = [f"label {n:02}" for n in range(30)]
    (project / "schema.pbtxt").write_text(schema(30))
    _write_rows([(label, f"{label} text {n}") for label in labels for n in range(60)])
    done = _check("--set", f"data.labels={json.dumps(labels)}")
    assert "20 larger labels" in done.output
    assert "label 29" in done.output
    assert max(map(len, done.output.splitlines())) <= 80


def test_lengths_of_a_pretrained_tokenizer_are_estimated(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.encoders.inspection.check", lambda _: [])
    encoder = '{kind="hub", path="hub://encoder", preprocess="hub://preprocess"}'
    _write_rows([("ab"[n % 2], f"{n:<40}.") for n in range(200)])
    words = ["--set", f"model.encoder={encoder}", "--set", "text.max_length=12"]
    found = _found(*words)
    assert found["lengths"] == {
        "exact": False,
        "mean": 11.0,
        "longest": 11,
        "cut_share": 1.0,
    }
    assert "set text.max_length = 13" in found["notes"]["lengths"][0]
    assert "tokens (estimated: 4 characters each)" in _check(*words).output


def test_wide_labels_keep_the_table_aligned(project: Path) -> None:
    labels = ["\N{CJK UNIFIED IDEOGRAPH-8A9E}" * 3, "x" * 60]
    _write_rows([(labels[n % 2], f"text number {n}") for n in range(200)])
    done = _check("--set", f"data.labels={json.dumps(labels)}")
    lines = done.output.splitlines()
    (head,) = (line for line in lines if line.startswith("splits"))
    rows = [line for line in lines if line.split()[0] in labels or "xxx..." in line]
    assert [cell_len(row) for row in rows] == [cell_len(head)] * 2
