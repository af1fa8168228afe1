import csv
from pathlib import Path

import numpy as np
import pytest

from newsdesk.report import label_check
from newsdesk.report.label_check import Checked
from pipeline import sample

LABELS = ["World", "Sports", "Business", "Sci/Tech"]


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
