"""Texts are collected until every class has enough of them in each split."""

from components.text_example_gen.class_texts import ClassTexts
from components.text_example_gen.splits import Division
from newsdesk.rows.labelling import Labelled

THREE = Division.by({"train": 8, "eval": 1, "test": 1})
ONE = Division.by({"train": 1})


def texts(found: ClassTexts, label: int, rows: int) -> ClassTexts:
    for number in range(rows):
        found.add(Labelled(f"text {number} of {label}", label, {}))
    return found


def test_a_class_that_is_missing_or_small_may_still_move() -> None:
    found = texts(ClassTexts(THREE), 0, 1500)
    assert found.suffice(classes=1)
    assert not found.suffice(classes=2)
    assert not texts(found, 1, 20).suffice(classes=2)
    assert texts(found, 1, 1500).suffice(classes=2)


def test_rows_of_files_with_their_own_split_cannot_move() -> None:
    assert not ClassTexts(ONE).can_move
    assert ClassTexts(THREE).can_move
    assert ClassTexts(ONE, {"train": THREE}).can_move
    assert texts(ClassTexts(ONE), 0, 5).texts == {}


def test_the_split_of_a_row_decides_whether_its_text_can_move() -> None:
    found = ClassTexts(ONE, {"train": THREE, "test": ONE})
    found.add(Labelled("a", 0, {}, split="test"))
    assert found.texts == {}
    found.add(Labelled("a", 0, {}, split="train"))
    assert found.texts[0].count == 1
