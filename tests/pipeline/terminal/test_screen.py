"""A run prints a line for each node, and on a terminal also a moving bar."""

import io
import logging

from rich.console import Console

from pipeline.local.history import NodeState
from pipeline.terminal.screen import Screen

PROGRESS = {
    "step": 10,
    "steps": 100,
    "epoch": 1,
    "epochs": 3,
    "loss": 1.25,
    "learning_rate": 1e-3,
    "rows_per_second": 4000.0,
}


def _report(**more: float) -> None:
    logger = logging.getLogger("newsdesk.progress")
    logger.info("epoch", extra={"progress": PROGRESS | more})


def test_plain_lines_without_a_terminal() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120))
    with screen.drawing():
        screen.begin("Trainer")
        _report()
        _report(eval_accuracy=0.875)
        _report(eval_accuracy=0.875)
        screen.end("Trainer", NodeState.DONE, 41.04)
        screen.begin("Evaluator")
        screen.end("Evaluator", NodeState.CACHED, 0.3, "accuracy 0.9000")
    assert out.getvalue().splitlines() == [
        "  epoch 1/3  loss 1.250  rate 1.0e-03  4,000 rows/s  eval accuracy 0.8750",
        "✓ Trainer            done       41.0 s",
        "= Evaluator          cached             accuracy 0.9000",
    ]


def test_a_note_is_shown_as_it_is() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120))
    screen.end(
        "BaselineModel", NodeState.DONE, 0.1, "given up: see [X-12] :100:\n\x1b[2J"
    )
    assert r"given up: see [X-12] :100:\n\x1b[2J" in out.getvalue()


def test_a_terminal_shows_the_bar_and_keeps_the_line() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120, force_terminal=True))
    with screen.drawing():
        screen.begin("Trainer")
        _report()
        screen.end("Trainer", NodeState.FAILED, 2.0)
    assert "loss 1.250" in out.getvalue()
    assert "failed      2.0 s" in out.getvalue()


def test_a_sentence_of_the_training_stays_on_the_screen() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=40))
    sentence = "training continues in epoch 2 of 20, after step 340 of 1,500"
    with screen.drawing():
        screen.begin("Trainer")
        logging.getLogger("newsdesk.progress").info("", extra={"sentence": sentence})
    assert out.getvalue() == f"  {sentence}\n"


def test_a_frozen_encoder_moves_the_bar_before_there_are_epochs() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120, force_terminal=True))
    passed = {"step": 50, "steps": 100, "rows_per_second": 150.0}
    with screen.drawing():
        screen.begin("Trainer")
        logging.getLogger("newsdesk.progress").info("", extra={"progress": passed})
    assert "encoding  150 rows/s" in out.getvalue()


def test_it_stops_listening_afterwards() -> None:
    screen = Screen(Console(file=io.StringIO()))
    with screen.drawing():
        pass
    assert screen not in logging.getLogger("newsdesk.progress").handlers
