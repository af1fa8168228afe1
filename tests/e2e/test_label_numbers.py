"""Numeric labels keep their classes in every run, or the run stops."""

import csv
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsdesk.published import manifest
from pipeline.init.starter import schema

pytestmark = pytest.mark.e2e

WORDS = {"1": "river lake tide harbour boat", "0": "coach goal match keeper league"}
# The schema comes from `init`, so it does not have the slice column.
CONFIG = """
name = "numbers"
[data]
path = "ints.csv"
text_columns = ["text"]
label_column = "label"
labels = ["1", "0"]
slice_columns = ["source"]
schema_file = "schema.pbtxt"
[train]
epochs = 3
[evaluation]
min_accuracy = 0.67
[output]
root = "root"
"""
# How each file writes the labels 1 and 0.
FILES = {"ints": "1 0", "floats": "1.0 0.0", "swapped": "0 1", "others": "1 2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration, and the same rows with their labels written in four ways."""
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "newsdesk.toml").write_text(CONFIG)
    (folder / "schema.pbtxt").write_text(schema(2))
    rows = list(_rows())
    for name, written in FILES.items():
        labels = dict(zip(WORDS, written.split(), strict=True))
        with open(folder / f"{name}.csv", "w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", "label", "source"])
            writer.writerows((text, labels[label], by) for text, label, by in rows)
    return folder


def _rows() -> Iterator[tuple[str, str, str]]:
    chance = random.Random(5)
    for row in range(600):
        label = chance.choice(list(WORDS))
        words = chance.choices(WORDS[label].split() + "the a on new".split(), k=12)
        yield " ".join(words), label, ("wire", "desk")[row % 2]


def _labels(newsdesk: Callable[..., Any], folder: Path) -> list[str]:
    """Returns the predicted labels for a text of each class."""
    done = newsdesk(
        "predict", "--root", str(folder / "root"), "--json", *WORDS.values()
    )
    return [json.loads(line)["label"] for line in done.screen.splitlines()]


def test_other_forms_of_labels_never_swap_classes(
    folder: Path, newsdesk: Callable[..., Any], last_summary: Callable[..., Any]
) -> None:
    def run(name: str, *more: str) -> Any:
        path = f"data.path={folder / name}.csv"
        return newsdesk("run", str(folder / "newsdesk.toml"), "--set", path, *more)

    def versions() -> list[str]:
        return sorted(one.name for one in (folder / "root" / "serving").glob("[0-9]*"))

    done = run("ints")
    assert done.code == 0, done.screen
    assert _labels(newsdesk, folder) == ["1", "0"]

    done = run("floats")
    assert done.code in (0, 3), done.screen
    summary = last_summary(folder / "root")
    assert summary["rows"]["quarantined"] == 0
    assert summary["baseline_metrics"]["accuracy"] > 0.9
    assert _labels(newsdesk, folder) == ["1", "0"]
    before = versions()

    done = run("others")
    assert done.code == 4
    assert "unknown label '2'; the labels are 1, 0; numbers are compared" in done.screen

    done = run("swapped")
    assert done.code == 4, done.screen
    assert f"version {before[-1]} in service reaches accuracy 0." in done.screen
    assert "below evaluation.min_accuracy 0.67" in done.screen
    assert "--accept-new-baseline REASON" in done.screen
    assert last_summary(folder / "root")["state"] == "stopped"
    assert versions() == before
    assert _labels(newsdesk, folder) == ["1", "0"]

    done = run("swapped", "--accept-new-baseline", "1 means sport now")
    assert done.code == 0, done.screen
    summary = last_summary(folder / "root")
    assert summary["accepted"] == "1 means sport now"
    origin = manifest.read(Path(summary["pushed"])).origin
    assert origin.accepted == "1 means sport now"
    assert _labels(newsdesk, folder) == ["0", "1"]
