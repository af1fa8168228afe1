"""A model classifies texts in order, from its SavedModel alone."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk.errors import ConfigError
from pipeline.predict.answers import BATCH, Answerer, doubts
from pipeline.predict.line_reader import Pause
from pipeline.predict.texts import Question, Unusable
from tests.support import lengths_model


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that predicts `long` for texts above five bytes, else `short`."""
    folder = tmp_path_factory.mktemp("model")
    lengths_model.save(folder, {"text_columns": ["title", "body"]})
    return folder


def test_answers_come_in_order_and_errors_in_their_place(saved: Path) -> None:
    answers = list(Answerer(saved).answers(["longer", Unusable("x:2: no"), "tiny"]))
    assert answers == [
        {
            "label": "long",
            "probability": 0.75,
            "probabilities": {"short": 0.25, "long": 0.75},
        },
        {"error": "x:2: no"},
        {
            "label": "short",
            "probability": 0.75,
            "probabilities": {"short": 0.75, "long": 0.25},
        },
    ]
    assert json.loads(json.dumps(answers)) == answers


def test_a_model_says_whether_a_text_was_cut_or_unknown(tmp_path: Path) -> None:
    import tensorflow as tf

    class Covering(tf.Module):  # type: ignore[misc]
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def answer(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            column = tf.ones([tf.size(text), 1])
            names = tf.fill([tf.size(text), 1], "one")
            return {"label": names[:, 0], "probabilities": column, "labels": names}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="text")])
        def cover(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            length = tf.strings.length(text)
            return {
                "truncated": length > 5,
                "unknown_share": tf.cast(length % 2, tf.float32),
            }

    model = Covering()
    signatures = {"serving_default": model.answer, "coverage": model.cover}
    tf.saved_model.save(model, str(tmp_path), signatures=signatures)
    answers = list(Answerer(tmp_path).answers(["four", "longest"]))
    (uncovered,) = Answerer(tmp_path).answers(["four"], covered=False)

    assert "truncated" not in uncovered
    shown = [(one["truncated"], one["unknown_share"], doubts(one)) for one in answers]
    assert shown == [
        (False, 0.0, ""),
        (
            True,
            1.0,
            "  (the text is longer than the model reads; the model knows no word of "
            "it)",
        ),
    ]


def test_answers_of_many_batches_are_streamed(saved: Path) -> None:
    asked = 0

    def questions() -> Iterator[Question]:
        nonlocal asked
        for number in range(3 * BATCH + 1):
            asked += 1
            yield "x" * (number % 10)

    answers = Answerer(saved).answers(questions())
    labels = [next(answers)["label"]]
    assert asked == BATCH
    labels += [answer["label"] for answer in answers]
    wanted = ["long" if n % 10 > 5 else "short" for n in range(3 * BATCH + 1)]
    assert labels == wanted


def test_a_batch_of_errors_does_not_call_the_model(saved: Path) -> None:
    assert list(Answerer(saved).answers([Unusable("a")])) == [{"error": "a"}]


def test_the_model_knows_how_its_data_was_written(saved: Path) -> None:
    card = saved / "assets.extra" / "newsdesk.json"
    before = card.read_text()
    answerer = Answerer(saved)
    assert answerer.quoting == "auto"
    assert (answerer.encoding, answerer.delimiter) == ("auto", "auto")
    assert answerer.columns == ()
    try:
        written = {"quoting": "none", "encoding": "utf-16", "delimiter": ";"}
        card.write_text(json.dumps({**written, "columns": ["label", "body"]}))
        assert answerer.columns == ("label", "body")
        assert answerer.quoting == "none"
        assert (answerer.encoding, answerer.delimiter) == ("utf-16", ";")
    finally:
        card.write_text(before)


def test_the_model_knows_its_text_columns(saved: Path, tmp_path: Path) -> None:
    answerer = Answerer(saved)
    assert answerer.text_columns == ["title", "body"]
    (saved / "assets.extra" / "newsdesk.json").rename(tmp_path / "away")
    try:
        with pytest.raises(ConfigError, match="does not name the model's text columns"):
            _ = answerer.text_columns
    finally:
        (tmp_path / "away").rename(saved / "assets.extra" / "newsdesk.json")


def test_a_model_answers_from_a_folder_that_looks_like_a_pattern(
    saved: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run [1] *"
    shutil.copytree(saved, folder)
    assert [one["label"] for one in Answerer(folder).answers(["longer"])] == ["long"]


def test_a_pause_ends_a_batch(saved: Path) -> None:
    asked = []

    def questions() -> Iterator[Question | Pause]:
        for one in (Pause(), "longer", Pause(), "tiny"):
            asked.append(one)
            yield one

    answers = Answerer(saved).answers(questions())
    assert (next(answers)["label"], asked[-1]) == ("long", Pause())
    assert [one["label"] for one in answers] == ["short"]


def test_texts_that_are_long_are_answered_in_small_batches(saved: Path) -> None:
    asked = []

    def questions() -> Iterator[Question]:
        for number in range(BATCH):
            asked.append(number)
            yield "x" * 2**20

    next(Answerer(saved).answers(questions()))
    assert len(asked) < BATCH / 8


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="1: cannot be loaded"):
        (tmp_path / "1").mkdir()
        (tmp_path / "1" / "saved_model.pb").write_bytes(b"")
        Answerer(tmp_path / "1")
