"""JSON in another form is explained, and the command converts it to JSON Lines."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from newsdesk.rows.json_forms import explain_json
from newsdesk.rows.readers import Row, read_rows

ROWS = [{"text": f"text, {n} é", "label": "ab"[n % 2]} for n in range(5)]
LINES = [json.dumps(row) for row in ROWS]
CELLS = [[*row.values()] for row in ROWS]
BY_COLUMN = {name: [row[name] for row in ROWS] for name in ROWS[0]}
NUMBERED = {name: dict(enumerate(cells)) for name, cells in BY_COLUMN.items()}
SPLIT = {"columns": ["text", "label"], "index": [*range(5)], "data": CELLS}


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (json.dumps(ROWS), "is a JSON array,"),
        (json.dumps(ROWS, indent=2), "is a JSON array,"),
        ("[\n" + ",\n".join(LINES) + "\n]\n", "is a JSON array,"),
        ("\n".join(map(json.dumps, CELLS)), "a JSON array per row"),
        (json.dumps(CELLS), "a JSON array of arrays"),
        ("\n".join(json.dumps(row, indent=2) for row in ROWS), "over several lines"),
        ("".join(LINES), "several JSON objects on one line"),
        (" ".join(LINES), "several JSON objects on one line"),
        (",\n".join(LINES), "separates its JSON objects by commas"),
        (",\r\n".join([*LINES, ""]), "separates its JSON objects by commas"),
        (", ".join(LINES), "separates its JSON objects by commas"),
        (json.dumps({"data": ROWS}), "is one JSON object with the rows in 'data'"),
        (json.dumps({"version": "1.0", "rows": ROWS}, indent=1), "rows in 'rows'"),
        (json.dumps({"version": "1", "data": ROWS * 20_000}), "rows in 'data'"),
        (json.dumps(BY_COLUMN), "a list per column"),
        (json.dumps(NUMBERED), "an object per column"),
        (json.dumps(NUMBERED, indent=4), "an object per column"),
        (json.dumps(SPLIT), "orient=split"),
    ],
)
def test_the_command_makes_json_lines(
    tmp_path: Path, content: str, sentence: str
) -> None:
    file = tmp_path / "rows.json"
    file.write_text(content)
    said = explain_json(str(file))
    assert sentence in said
    command = said.partition("convert it: ")[2]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)
    found = list(read_rows(str(tmp_path / "NEW.jsonl")))
    assert [row.values for row in found[:5] if isinstance(row, Row)] == ROWS


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(LINES),
        "\n".join(["{broken", *LINES]),
        "\n".join([LINES[0] + ",", *LINES[1:]]),
        "\n".join([*LINES[:2], "{broken", "broken"]),
        LINES[0],
        json.dumps({"text": "a row of tokens", "tokens": [{"a": 1}, {"a": 2}]}),
        json.dumps({"text": ["a"], "label": ["b"]}),
        json.dumps({"doc": {"text": "a"}, "meta": {"label": "b"}}),
        "{}",
        "3",
        "{broken",
    ],
)
def test_json_lines_are_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "rows.jsonl").write_text(content)
    assert explain_json(str(tmp_path / "rows.jsonl")) == ""
