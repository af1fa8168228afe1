"""The weight of a word is what its removal takes from the probability."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from newsdesk.errors import ConfigError
from newsdesk.explaining.attention import Attention, unpadded
from newsdesk.explaining.explain import MOST_TOKENS, Model, explain, weigh
from newsdesk.explaining.occlusion import Array
from newsdesk.explaining.words import spans, without


class Counted:
    """Says `oil` for texts with more `oil` than `goal`; keeps its batches."""

    labels: Sequence[str] = ["goal", "oil"]

    def __init__(self, attention: Attention | None = None) -> None:
        self.batches: list[list[str]] = []
        self.attention = attention

    def answer(self, texts: list[str]) -> Array:
        self.batches.append(texts)
        more = np.array([text.count("oil") - text.count("goal") for text in texts])
        oil = 0.5 + 0.1 * np.clip(more, -5, 5)
        return np.stack([1 - oil, oil], 1).astype("float32")

    def attend(self, text: str) -> Attention | None:
        return self.attention


def test_weights_belong_to_their_words() -> None:
    found = explain(Counted(), "oil and goal or oil", label="goal")

    assert (found.label, found.predicted) == ("goal", "oil")
    assert found.probability == pytest.approx(0.6)
    assert [word.word for word in found.words] == ["oil", "and", "goal", "or", "oil"]
    weights = [word.weight for word in found.words]
    assert weights == pytest.approx([0.1, 0, -0.1, 0, 0.1], abs=1e-6)
    assert (found.tokens, found.attention) == ([], [])


def test_the_model_is_asked_in_batches() -> None:
    model = Counted()
    explain(model, "word " * 150)
    assert [len(batch) for batch in model.batches] == [64, 64, 23]
    model = Counted()
    explain(model, "x" * 400_000 + " word" * 3)
    assert [len(batch) for batch in model.batches] == [2, 2, 1]


def test_a_text_without_words_has_an_answer() -> None:
    found = explain(Counted(), " ")
    assert (found.probability, found.words) == (0.5, [])


def attention(count: int) -> Attention:
    weights = np.random.default_rng(0).random((2, 3, count, count)).astype("float32")
    weights /= weights.sum(-1, keepdims=True)
    return Attention([f"t{n}" for n in range(count)], weights)


def test_the_report_gets_the_mean_of_the_last_layer() -> None:
    shown = attention(MOST_TOKENS)
    found = explain(Counted(shown), "oil")
    assert found.tokens == shown.tokens
    np.testing.assert_allclose(found.attention, shown.weights[1].mean(0), atol=1e-7)
    np.testing.assert_allclose(np.sum(found.attention, 1), 1, atol=1e-5)

    found = explain(Counted(attention(MOST_TOKENS + 1)), "oil")
    assert (found.tokens, found.attention) == ([], [])


def test_weights_are_measured_without_attention(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = Counted(attention(2))
    expected = [word.weight for word in explain(model, "oil or goal").words]

    # The attention of a long text may need gigabytes.
    monkeypatch.setattr(
        model, "attend", lambda _: pytest.fail("attention was computed")
    )
    found = weigh(model, "oil or goal")

    assert [word.weight for word in found.words] == expected
    assert (found.tokens, found.attention) == ([], [])


def test_one_layer_and_head_can_be_chosen() -> None:
    shown = attention(4)
    weights = shown.weights
    np.testing.assert_allclose(shown.mean(1, 3), weights[0, 2])
    np.testing.assert_allclose(shown.mean(2), weights[1].mean(0))
    np.testing.assert_allclose(shown.mean(head=1), weights[:, 0].mean(0))
    np.testing.assert_allclose(shown.mean(), weights.mean((0, 1)), rtol=1e-6)
    with pytest.raises(ConfigError, match="--layer 3: the model has 2 layers, counted"):
        shown.mean(3)
    with pytest.raises(ConfigError, match="--head 0: the model has 3 heads, counted"):
        shown.mean(1, 0)


def test_padding_is_left_out() -> None:
    weights = np.arange(32, dtype="float32").reshape(1, 2, 4, 4)
    found = unpadded(["a", "", "b", ""], weights)
    assert found.tokens == ["a", "b"]
    assert found.weights.tolist() == [[[[0, 2], [8, 10]], [[16, 18], [24, 26]]]]


class NaiveBayes:
    """A model of the sample's words."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        self.labels = sorted({label for label, _ in rows})
        self._numbers: dict[str, int] = {}
        for _, text in rows:
            for word in text.split():
                self._numbers.setdefault(word, len(self._numbers))
        counts = np.ones((len(self._numbers), len(self.labels)))
        for label, text in rows:
            for word in text.split():
                counts[self._numbers[word], self.labels.index(label)] += 1
        self._logarithms = np.log(counts / counts.sum(0))

    def answer(self, texts: list[str]) -> Array:
        known = [[w for w in text.split() if w in self._numbers] for text in texts]
        numbers = [[self._numbers[word] for word in words] for words in known]
        logits = np.stack([self._logarithms[row].sum(0) for row in numbers])
        shares = np.exp(logits - logits.max(1, keepdims=True))
        return np.asarray(shares / shares.sum(1, keepdims=True))

    def attend(self, text: str) -> None:
        return None


def test_the_top_word_matters_more_than_a_random_one(repository: Path) -> None:
    with open(repository / "pipeline" / "sample" / "sample.csv", newline="") as file:
        rows = [
            (row["label"], f"{row['title']} {row['description']}")
            for row in csv.DictReader(file)
        ]
    model: Model = NaiveBayes(rows[:1000])
    random = np.random.default_rng(0)

    drops = []
    for _, text in rows[1000:1200]:
        found = explain(model, text)
        top = int(np.argmax([word.weight for word in found.words]))
        chosen = model.labels.index(found.predicted)
        places = spans(text)
        asked = model.answer(
            [without(text, places[n]) for n in (top, random.integers(len(places)))]
        )
        drops.append(found.probability - asked[:, chosen])
    top_drop, random_drop = np.mean(drops, 0)

    assert len(drops) == 200
    assert top_drop > 3 * random_drop
    assert top_drop > 0.01
