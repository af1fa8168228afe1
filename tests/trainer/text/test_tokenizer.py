"""How texts are cut into words."""

import pytest
import tensorflow as tf

from trainer.text.tokenizer import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Oil, gas & US-funded!", ["oil", "gas", "usfunded"]),
        ("  two\nlines\t", ["two", "lines"]),
        ("ÄRGER über", ["ärger", "über"]),
        ("!?", []),
        ("", []),
    ],
)
def test_words_are_lower_case_and_without_punctuation(
    text: str, words: list[str]
) -> None:
    found = split_words(tf.constant([text]), lower_case=True)

    assert [word.decode() for word in found[0].numpy()] == words


def test_case_is_kept_when_it_is_asked_for() -> None:
    found = split_words(tf.constant(["Oil"]), lower_case=False)

    assert found[0].numpy().tolist() == [b"Oil"]


def test_a_batch_may_be_empty() -> None:
    found = split_words(tf.constant([], tf.string), lower_case=True)

    assert found.shape[0] == 0
