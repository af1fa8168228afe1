"""How texts are cut into words."""

import pytest
import tensorflow as tf

from trainer.text.words import once_a_row, rows_by_word, split_words


def words(*texts: str, lower_case: bool = True) -> list[list[str]]:
    """Cuts texts."""
    found = split_words(tf.constant(list(texts), tf.string), lower_case)
    return [[word.decode() for word in row] for row in found.to_list()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oil, gas & US-funded!", "oil gas us funded"),
        ("oil,prices: up/down", "oil prices up down"),
        ("  two\nlines\t", "two lines"),
        ("a\u00a0b\u2009c\u3000d\u200be\x00f", "a b c d e f"),
        ("«Öl», „Gas“ – ¿qué? 油、气。", "öl gas qué 油 气"),
        ("$5 + 6€ = C++ snake_case", "5 6 c snake case"),
        ("don't stop; don’t 'quote' dogs' 'tis", "don't stop don't quote dogs tis"),
        ("rock'n'roll a'1", "rock'n'roll a 1"),
        ("3.5 or 1,000,000.25. x.1 5.", "3.5 or 1,000,000.25 x 1 5"),
        ("1,2,3 U.S. end.Next", "1,2,3 u s end next"),
        ("शब्द's हिन्दी", "शब्द's हिन्दी"),
        ("great 🎉!", "great 🎉"),
        ("ÄRGER über", "ärger über"),
        ("!? ...", ""),
        ("", ""),
    ],
)
def test_words_end_at_white_space_and_punctuation(text: str, expected: str) -> None:
    assert words(text) == [expected.split()]


def test_case_is_kept_when_it_is_asked_for() -> None:
    assert words("Oil", lower_case=False) == [["Oil"]]


@pytest.mark.parametrize("lower_case", [True, False])
def test_bytes_that_are_not_utf_8_are_replaced(lower_case: bool) -> None:
    found = split_words(tf.constant([b"a\xffb oil"]), lower_case)

    assert found.to_list() == [["a\ufffdb".encode(), b"oil"]]


def test_a_batch_may_be_empty() -> None:
    found = split_words(tf.constant([], tf.string), lower_case=True)

    assert found.shape[0] == 0
    assert once_a_row(found).shape == [0]
    assert rows_by_word(found)[1].shape == [0]


def test_a_word_counts_once_in_each_row() -> None:
    found = split_words(tf.constant(["a b a", "b b", "", "a"]), lower_case=True)

    assert once_a_row(found).numpy().tolist() == [b"a", b"b", b"b", b"a"]
    words, rows = rows_by_word(found)
    assert words.numpy().tolist() == [b"a", b"b"]
    assert rows.numpy().tolist() == [2, 2]
