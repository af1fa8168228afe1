"""preprocessing_fn through tf.Transform: ids, truncation, keys, the vocabulary."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_transform as tft

from newsdesk.config.text import Text
from newsdesk.errors import DataError
from trainer.preprocessing import learn, preprocessing_fn
from trainer.text import tokenizer, word_pieces

pytestmark = pytest.mark.slow

PIECES = {
    "[PAD]": 0,
    "[UNK]": 100,
    "[CLS]": 101,
    "[SEP]": 102,
    "i": 1045,
    "love": 2293,
    "##s": 2015,
    "transform": 10938,
    "transformers": 19081,
}


@pytest.fixture
def pieces_file(tmp_path: Path) -> Path:
    """A vocabulary with a few pieces in the lines bert-base-uncased has them in."""
    lines = [f"[unused{line}]" for line in range(max(PIECES.values()) + 1)]
    for piece, line in PIECES.items():
        lines[line] = piece
    path = tmp_path / "given" / "vocab.txt"
    path.parent.mkdir()
    path.write_text("\n".join(lines) + "\n")
    return path


def test_words_are_counted_over_train_and_the_rest_is_unknown(
    words_graph: tuple[Path, list[dict[str, Any]]],
) -> None:
    folder, rows = words_graph
    path = tokenizer.vocabulary_file(tft.TFTransformOutput(str(folder)))

    assert Path(path).read_text().split() == ["oil", "falls"]
    assert tokenizer.id_count(path, Text(vocabulary_size=4)) == 4
    assert [row["input_ids"] for row in rows] == [
        [2, 2, 3],
        [2, 3],
        [1],  # nothing but punctuation: one unknown token
        [2, 1, 1],  # four words, truncated to three
        [1, 1],
    ]


def test_a_word_of_one_row_is_not_learned(transform: Any, tmp_path: Path) -> None:
    texts = ["ticket 4711 4711", "ticket 4712"]
    rows = [{"text": text, "label": 0} for text in texts]

    found = transform(tmp_path / "graph", rows, {})
    path = tokenizer.vocabulary_file(tft.TFTransformOutput(str(tmp_path / "graph")))

    assert Path(path).read_text().split() == ["ticket"]
    assert [row["input_ids"] for row in found] == [[2, 1, 1], [2, 1]]


def test_texts_without_a_common_word_are_unknown(
    transform: Any, tmp_path: Path
) -> None:
    rows = [{"text": text, "label": 0} for text in ("oil", "gas")]

    found = transform(tmp_path / "graph", rows, {})

    assert [row["input_ids"] for row in found] == [[1], [1]]


def test_label_and_a_key_of_the_text_are_kept(
    words_graph: tuple[Path, list[dict[str, Any]]],
) -> None:
    _, rows = words_graph

    assert [row["label"] for row in rows] == [[0], [1], [0], [1], [0]]
    assert len({row["text_key"][0] for row in rows}) == 5


def test_word_pieces_stand_between_marks_and_the_vocabulary_travels(
    transform: Any, pieces_file: Path, tmp_path: Path
) -> None:
    settings = {
        "tokenizer": "wordpiece",
        "vocabulary": str(pieces_file),
        "max_length": 5,
    }
    rows = [
        {"text": "I love transformers", "label": 0},
        {"text": "", "label": 0},
        {"text": "i i i i i i", "label": 0},
        {"text": "Łove transforms", "label": 0},
    ]
    found = transform(tmp_path / "graph", rows, settings)
    shutil.rmtree(pieces_file.parent)
    path = tokenizer.vocabulary_file(tft.TFTransformOutput(str(tmp_path / "graph")))

    assert [row["input_ids"] for row in found] == [
        [101, 1045, 2293, 19081, 102],
        [101, 102],
        [101, 1045, 1045, 1045, 102],
        [101, 100, 10938, 2015, 102],
    ]
    assert tokenizer.id_count(path, Text.model_validate(settings)) == 19082


def test_long_texts_keep_head_and_tail(
    transform: Any, pieces_file: Path, tmp_path: Path
) -> None:
    words = ["i", "love", "transform", "transformers", "i", "i", "love", "transform"]
    rows = 2 * [{"text": " ".join(words), "label": 0}]
    settings = {"max_length": 4, "truncation": "head_tail"}

    by_words = transform(tmp_path / "words", rows, settings)
    by_pieces = transform(
        tmp_path / "pieces",
        rows,
        {
            "max_length": 6,
            "truncation": "head_tail",
            "tokenizer": "wordpiece",
            "vocabulary": str(pieces_file),
        },
    )

    # All words occur in as many rows, so they are numbered backwards by the alphabet.
    numbers = {"transformers": 2, "transform": 3, "love": 4, "i": 5}
    kept = [words[place] for place in (0, 5, 6, 7)]
    assert by_words[0]["input_ids"] == [numbers[word] for word in kept]
    ids = [101, *(PIECES[word] for word in kept), 102]
    assert by_pieces[0]["input_ids"] == ids
    assert [by_words[0]["truncated"], by_pieces[0]["truncated"]] == [[1], [1]]


@pytest.mark.parametrize(
    "values", [tf.sparse.from_dense([["a"]]), tf.constant([["a", "b"]])]
)
def test_a_schema_that_allows_no_or_two_texts_is_refused(values: Any) -> None:
    inputs = {"text": values, "label": tf.constant([0])}

    with pytest.raises(DataError, match="schema: 'text' must have exactly one value"):
        preprocessing_fn(inputs, {"text": {}, "encoder": {}, "fingerprint": ""})


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("[PAD]\n[UNK]\n[SEP]\n", r"lacks \[CLS\]"),
        ("a\n[PAD]\n[UNK]\n[CLS]\n[SEP]\n", r"first line must be \[PAD\]"),
        ("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n", "names a piece twice"),
        (None, "cannot be read"),
    ],
)
def test_a_vocabulary_that_cannot_be_used_is_refused(
    tmp_path: Path, lines: str | None, message: str
) -> None:
    path = tmp_path / "vocab.txt"
    if lines is not None:
        path.write_text(lines)

    with pytest.raises(DataError, match=message):
        word_pieces.read(str(path))


def test_nothing_is_read_for_given_pieces(pieces_file: Path, tmp_path: Path) -> None:
    settings = {
        "text": {"tokenizer": "wordpiece", "vocabulary": str(pieces_file)},
        "encoder": {"kind": "transformer"},
        "fingerprint": "x",
    }
    assert learn(iter(()), settings, str(tmp_path)) == {**settings, "learned": ""}


def test_rows_with_several_texts_are_refused_before_learning(tmp_path: Path) -> None:
    settings = {"text": {}, "encoder": {"kind": "transformer"}, "fingerprint": "x"}
    rows = [{"text": tf.constant([["a", "b"]])}]
    with pytest.raises(DataError, match="exactly one value"):
        learn(rows, settings, str(tmp_path))
