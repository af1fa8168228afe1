"""Tokens are counted as Transform splits texts; unknown ones need a vocabulary."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from trainer.counting import Counter

TEXTS = [b"Oil falls, again", b"", b"... oil \xff"]


def _settings(**text: Any) -> dict[str, Any]:
    return {"text": text, "encoder": {"kind": "transformer"}, "fingerprint": "x"}


@pytest.fixture
def served(tmp_path: Path) -> str:
    """A model in service that knows two words."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "tokens").write_text("oil\nfalls\n")
    return str(tmp_path)


def test_words_are_counted_before_any_is_cut_off() -> None:
    counter = Counter(_settings(max_length=3), None)
    assert (counter.vocabulary, counter.room) == (None, 20_000)
    found = counter.count([*TEXTS, b"one two three four five"])
    assert (found.tokens, found.unknown) == ([3, 0, 2, 5], None)


def test_the_same_word_has_the_same_number() -> None:
    found = Counter(_settings(), None).count(TEXTS)
    assert found.words is not None
    assert [len(row) for row in found.words] == found.tokens
    assert found.words[0][0] == found.words[2][0]
    numbers = {number for row in found.words for number in row}
    assert len(numbers) == 4
    assert all(0 <= number < 1 for number in numbers)


def test_unknown_words_are_those_that_the_model_in_service_lacks(served: str) -> None:
    counter = Counter(_settings(), served)
    assert counter.vocabulary == "the vocabulary of the model in service"
    assert counter.count(TEXTS).unknown == [1, 0, 1]


def test_a_model_of_word_pieces_has_no_words(tmp_path: Path) -> None:
    counter = Counter(_settings(), str(tmp_path))
    assert counter.vocabulary is None
    assert counter.count(TEXTS).unknown is None


def test_pieces_are_looked_up_in_the_given_vocabulary(
    tmp_path: Path, served: str
) -> None:
    file = tmp_path / "vocab.txt"
    file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\noil\nfall\n##s\n")
    given = _settings(tokenizer="wordpiece", vocabulary=str(file))
    counter = Counter(given, served)
    assert (counter.vocabulary, counter.room) == ("the given vocabulary", None)
    found = counter.count(TEXTS)
    # oil fall ##s , again; three dots and oil, for the broken byte is dropped.
    assert (found.tokens, found.unknown) == ([5, 0, 4], [2, 0, 3])
    assert found.words is None


def test_texts_with_more_tokens_than_fit_are_counted_as_cut(tmp_path: Path) -> None:
    assert Counter(_settings(max_length=3), None).count(
        [b"one two three", b"one two three four"]
    ).truncated == [False, True]
    file = tmp_path / "vocab.txt"
    file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\noil\n")
    given = _settings(tokenizer="wordpiece", vocabulary=str(file), max_length=4)
    counter = Counter(given, None)
    # [CLS] and [SEP] also count.
    assert counter.count([b"oil oil", b"oil oil oil"]).truncated == [False, True]
    assert counter.ends == 2


def test_pieces_that_are_learned_later_are_estimated() -> None:
    counter = Counter(_settings(tokenizer="pieces", max_length=4), None)
    assert (counter.vocabulary, counter.room) == (None, None)
    found = counter.count([b"oil falls, again", "银行 利润。大".encode()])
    assert found.tokens == [3, 5]
    assert found.truncated == [False, True]
    assert (found.unknown, found.words) == (None, None)


def test_a_pickled_counter_needs_no_file(tmp_path: Path, served: str) -> None:
    words = Counter(_settings(), served)
    file = tmp_path / "vocab.txt"
    file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\noil\n")
    pieces = Counter(_settings(tokenizer="wordpiece", vocabulary=str(file)), None)
    pickled = pickle.dumps([words, pieces])
    (tmp_path / "assets" / "tokens").unlink()
    file.unlink()
    for counter, known in zip(pickle.loads(pickled), (words, pieces), strict=True):
        assert counter.count(TEXTS) == known.count(TEXTS)
        assert counter.vocabulary == known.vocabulary
