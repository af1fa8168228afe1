import tensorflow as tf

from newsdesk.config.text import Text
from trainer.text.learned_words import learn

BATCHES = [["Oil oil falls", "cup"], ["oil up", "", "cup up"]]


def _learned(size: int, **text: object) -> list[bytes]:
    config = Text.model_validate({"min_frequency": 1, **text})
    return learn([tf.constant(batch) for batch in BATCHES], config, size)


def test_words_of_most_rows_come_first_and_of_these_the_last() -> None:
    assert _learned(9) == [b"up", b"oil", b"cup", b"falls"]


def test_only_so_many_are_learned() -> None:
    assert _learned(2) == [b"up", b"oil"]


def test_rare_words_are_not_learned() -> None:
    assert _learned(9, min_frequency=2) == [b"up", b"oil", b"cup"]


def test_the_case_counts_if_it_is_kept() -> None:
    assert b"Oil" in _learned(9, lower_case=False)
