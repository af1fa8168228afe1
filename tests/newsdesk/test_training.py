"""What the user reads about the end of a training."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from newsdesk.config.sections import Config
from newsdesk.training import Training


def training(**given: Any) -> Training:
    return Training(
        **{"epochs": 20, "made": 7, "best": 4, "ended": "patience", "patience": 3}
        | given
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {},
            "stopped after epoch 7 of 20: no better eval accuracy in 3 epochs; "
            "weights of epoch 4",
        ),
        (
            {"select_by": "macro_f1", "patience": 1, "best": 6},
            "stopped after epoch 7 of 20: no better eval macro F1 in 1 epoch; "
            "weights of epoch 6",
        ),
        (
            {"ended": "max_minutes", "max_minutes": 1.5},
            "stopped in epoch 7 of 20: train.max_minutes = 1.5 is over; "
            "weights of epoch 4",
        ),
        ({"ended": "epochs", "made": 20}, "20 epochs; weights of epoch 4"),
        (
            {"ended": "epochs", "epochs": 1, "made": 1, "best": 1},
            "1 epoch; weights of epoch 1",
        ),
    ],
)
def test_the_end_is_one_sentence(given: dict[str, Any], expected: str) -> None:
    assert training(**given).sentence == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"ended": "epochs", "made": 20, "best": 20},
            "train longer with --set train.epochs=40 (the last epoch was the best)",
        ),
        (
            {"ended": "max_minutes", "max_minutes": 5},
            "train longer with --set train.max_minutes=10",
        ),
        (
            {"best": 1},
            "lower the learning rate with --set optimizer.learning_rate=0.0003 "
            "(no epoch after the first was better)",
        ),
        (
            {},
            "add rows or use a pretrained encoder (the last epochs were not better)",
        ),
    ],
)
def test_advice_fits_the_end(
    given: dict[str, Any], expected: str, make_config: Callable[..., Config]
) -> None:
    assert training(**given).advice(make_config()) == expected


def test_a_pretrained_encoder_is_not_advised_twice(
    make_config: Callable[..., Config],
) -> None:
    encoder = {"kind": "checkpoint", "path": "/x"}
    config = make_config(model={"encoder": encoder}, text={"tokenizer": "encoder"})

    assert training().advice(config) == "add rows (the last epochs were not better)"


@pytest.mark.parametrize("card", [{}, {"training": None}, {"training": {"best": 1}}, 3])
def test_a_card_without_the_training_is_read(card: Any) -> None:
    assert Training.of_card(card) is None


def test_a_card_with_the_training_is_read() -> None:
    written = json.loads(training().model_dump_json())

    assert written["sentence"] == training().sentence
    assert Training.of_card({"training": written}) == training()
