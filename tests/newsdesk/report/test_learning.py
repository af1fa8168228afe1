import json

from newsdesk.report.content import Epoch, Learning
from newsdesk.report.learning import learning
from newsdesk.training import TrainedEpoch, Training

ENDED = {"epochs": 3, "made": 2, "best": 1, "ended": "patience", "patience": 1}


def test_every_epoch_of_the_card_is_in_the_report() -> None:
    epoch = TrainedEpoch(
        number=1,
        loss=0.9,
        eval_accuracy=0.8,
        eval_loss=0.7,
        eval_macro_f1=0.75,
        learning_rate=1e-3,
    )
    later = TrainedEpoch(number=2, loss=0.5, eval_accuracy=0.7, learning_rate=0.0)
    written = Training.model_validate({**ENDED, "course": [epoch, later]})
    card = json.loads(written.model_dump_json(exclude_none=True))

    training = Training.of_card({"training": card})

    assert training
    assert learning(training) == Learning(
        epochs=[
            Epoch(
                number=1,
                loss=0.9,
                eval_accuracy=0.8,
                eval_loss=0.7,
                eval_macro_f1=0.75,
                learning_rate=1e-3,
            ),
            Epoch(number=2, loss=0.5, eval_accuracy=0.7, learning_rate=0.0),
        ],
        best=1,
        sentence=training.sentence,
    )


def test_a_card_of_an_older_release_has_no_epochs() -> None:
    training = Training.of_card({"training": ENDED})

    assert training
    assert learning(training).epochs == []
    assert learning(training).best == 1


def test_tuned_values_are_named() -> None:
    training = Training.of_card({"training": ENDED})

    assert training
    values = {"model.dropout": 0.25, "train.batch_size": 16}
    assert learning(training, values).tuned == (
        "tuned: model.dropout = 0.25, train.batch_size = 16"
    )
    assert learning(training, {}).tuned == ""
