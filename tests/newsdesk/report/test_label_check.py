import csv
from pathlib import Path

import numpy as np
import pytest

from newsdesk.report import label_check
from newsdesk.report.content import DoubtfulLabel
from newsdesk.report.label_check import Checked
from pipeline import sample

LABELS = ["World", "Sports", "Business", "Sci/Tech"]


def doubtful(text: str = "a text", place: str | None = None) -> DoubtfulLabel:
    return DoubtfulLabel(
        place=place, split="eval", text=text, label="a", suggested="b", doubt=0.75
    )


def written(tmp_path: Path, *doubts: DoubtfulLabel) -> list[dict[str, str]]:
    label_check.write_csv(doubts, tmp_path / "doubtful.csv")
    with open(tmp_path / "doubtful.csv", encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("seed", [0, 1])
def test_of_the_top_hundred_at_least_sixty_are_flipped(seed: int) -> None:
    with open(Path(sample.__file__).parent / "sample.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    texts = [f"{row['title']} {row['description']}" for row in rows]
    label = np.array([LABELS.index(row["label"]) for row in rows])
    chance = np.random.default_rng(seed)
    flipped = chance.choice(len(rows), round(0.05 * len(rows)), replace=False)
    label[flipped] = (label[flipped] + chance.integers(1, 4, len(flipped))) % 4

    found = label_check.check([Checked(texts, label, ["train"] * len(rows))], LABELS)

    wrong = {(texts[row], LABELS[label[row]]) for row in flipped}
    top = found.most_doubted[:100]
    assert sum((one.text, one.label) in wrong for one in top) >= 60
    assert (found.rows, found.doubted) == (2000, len(found.most_doubted))


def test_given_probabilities_are_used() -> None:
    probabilities = np.array([[0.1, 0.9], [0.9, 0.1], [0.2, 0.8]])
    rows = Checked(["a", "b", "c"], np.array([0, 0, 1]), ["test"] * 3, probabilities)

    found = label_check.check([rows], ["x", "y"])

    (one,) = found.most_doubted
    assert (one.text, one.label, one.suggested, one.split) == ("a", "x", "y", "test")
    assert one.doubt == pytest.approx(0.9)
    assert one.place is None


def test_every_group_has_its_own_thresholds() -> None:
    label = np.array([0, 0, 1, 1])
    sure = np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]])
    unsure = np.array([[0.6, 0.4], [0.4, 0.6], [0.4, 0.6], [0.4, 0.6]])
    groups = [
        Checked([f"{name}{row}" for row in range(4)], label, ["test"] * 4, given)
        for name, given in (("sure", sure), ("unsure", unsure))
    ]

    found = label_check.check(groups, ["x", "y"])

    assert [one.text for one in found.most_doubted] == ["sure1", "unsure1"]
    assert (found.rows, found.doubted) == (8, 2)


def test_very_long_texts_are_shown_in_fewer_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(label_check, "MOST_CHARACTERS", 25)
    label = np.array([0, 0, 0, 0, 1])
    wrong = np.array([[0.3, 0.7], [0.2, 0.8], [0.1, 0.9], [0.9, 0.1], [0.4, 0.6]])
    rows = Checked([f"{row}" * 10 for row in range(5)], label, ["test"] * 5, wrong)

    found = label_check.check([rows], ["x", "y"])

    assert [one.text[0] for one in found.most_doubted] == ["2", "1"]
    assert found.doubted == 3


def test_no_rows_are_no_doubt() -> None:
    found = label_check.check([Checked([], np.array([], np.int64), [])], LABELS)

    assert (found.rows, found.doubted, found.most_doubted) == (0, 0, [])


def test_the_table_has_file_and_row(tmp_path: Path) -> None:
    (row,) = written(tmp_path, doubtful(place="C:/news:2.csv:17"))

    assert row == {
        "file": "C:/news:2.csv",
        "row": "17",
        "split": "eval",
        "label": "a",
        "suggested": "b",
        "doubt": "0.7500",
        "text": "a text",
    }


def test_file_and_row_can_be_unknown(tmp_path: Path) -> None:
    (row,) = written(tmp_path, doubtful())

    assert (row["file"], row["row"]) == ("", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_a_spreadsheet_computes_no_cell(tmp_path: Path, text: str) -> None:
    (row,) = written(tmp_path, doubtful(text))

    assert row["text"].startswith("'")


def test_control_characters_are_escaped(tmp_path: Path) -> None:
    (row,) = written(tmp_path, doubtful("red \x1b[31m\nline \u202e"))

    assert row["text"] == r"red \x1b[31m\nline \u202e"
