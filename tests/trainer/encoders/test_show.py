"""`newsdesk encoder show`, and which encoders `newsdesk encoder import` refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from newsdesk.errors import ConfigError, DataError
from pipeline.cli import app
from trainer.export import hub_encoder


def show(capfd: pytest.CaptureFixture[str], *words: str) -> list[str]:
    app(["encoder", "show", *words], standalone_mode=False)
    return capfd.readouterr().out.splitlines()


def test_a_checkpoint_is_described(
    write_checkpoint: Any, random_tensors: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    head = {"cls.predictions.bias": np.zeros(30, "f4")}
    folder = write_checkpoint(random_tensors | head)

    assert show(capfd, str(folder)) == [
        "family     bert",
        "sizes      2 layers, width 8, 2 heads, feed-forward 12, 30 embeddings",
        "tokenizer  WordPiece, 30 tokens, from vocab.txt, tokenizer_config.json",
        "special    cls [CLS] (2), pad [PAD] (0), sep [SEP] (3), unk [UNK] (1); a text "
        "is [CLS] ... [SEP]",
        "longest    20 tokens, special ones included",
        "loaded     39 tensors of 1,568 numbers (F32) from model.safetensors",
        "ignored    cls.predictions.bias",
    ]


@pytest.mark.slow
def test_texts_get_ids_and_hidden_states(
    write_checkpoint: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["--json", "--max-length", "4", "--", "The goal", "- the the the", ""]
    rows = [json.loads(line) for line in show(capfd, str(write_checkpoint()), *words)]

    assert [row["ids"] for row in rows] == [[2, 5, 6, 3], [2, 1, 5, 3], [2, 3]]
    assert [list(row) for row in rows] == 3 * [["ids", "first", "mean"]]
    assert {len(row[key]) for row in rows for key in ("first", "mean")} == {8}
    assert rows[0]["first"] != rows[1]["first"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--json"], "give texts and --json together"),
        (["a text"], "give texts and --json together"),
        (["--max-length", "4"], "--max-length requires --json and texts"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    write_checkpoint: Any, words: list[str], message: str
) -> None:
    command = ["encoder", "show", str(write_checkpoint()), *words]
    with pytest.raises(typer.BadParameter, match=message):
        app(command, standalone_mode=False)


@pytest.mark.parametrize("length", ["2", "21"])
def test_a_length_that_the_encoder_does_not_have_is_refused(
    write_checkpoint: Any, length: str
) -> None:
    words = ["--json", "--max-length", length, "a"]
    with pytest.raises(ConfigError, match=f"is {length}, but .* have 3 to 20 tokens"):
        app(["encoder", "show", str(write_checkpoint()), *words], standalone_mode=False)


@pytest.mark.parametrize("name", ["distilbert", "roberta", "modernbert"])
def test_the_hub_has_no_form_for_other_families(
    name: str, shared: Path, tmp_path: Path
) -> None:
    source = shared / "reference" / "encoders" / name
    if not source.is_dir():
        pytest.skip("no reference encoders beside the clone")
    folder = str(shutil.copytree(source, tmp_path / name))

    with pytest.raises(DataError, match=f"is '{name}', but encoders of TF Hub are"):
        hub_encoder.export(folder, tmp_path / "new")
