"""A run prints a line for each node, and on a terminal also a moving bar."""

import io
import logging
import re

import pytest
from rich.console import Console

from pipeline.local.history import NodeState
from pipeline.terminal.screen import Screen
from pipeline.terminal.training_line import figures

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
        "  epoch 1/3  loss 1.250  eval accuracy 0.875  0 s",
        "✓ Trainer          done      41.0 s",
        "= Evaluator        cached            accuracy 0.9000",
    ]


def test_a_trial_of_a_tuning_has_no_lines_for_epochs() -> None:
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120))
    with screen.drawing():
        screen.begin("Tuner")
        _report(trial=2, trials=20, eval_accuracy=0.875)
    assert out.getvalue() == ""
    assert figures({**PROGRESS, "trial": 2, "trials": 20}, None)[:2] == [
        *("trial 2/20", "epoch 1/3")
    ]


def test_long_training_prints_a_line_every_half_minute_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = 0.0
    monkeypatch.setattr("pipeline.terminal.screen.time.monotonic", lambda: seconds)
    out = io.StringIO()
    screen = Screen(Console(file=out, width=120))
    with screen.drawing():
        screen.begin("Trainer")
        for seconds in (29.5, 30.0, 59.5, 60.5):
            _report(step=int(seconds))
        _report(eval_accuracy=0.875)
        for seconds in (90.0, 90.5):
            _report(step=int(seconds), epoch=2)
    assert out.getvalue().splitlines() == [
        "  epoch 1/3  step 30/100  loss 1.250  4,000 rows/s",
        "  epoch 1/3  step 60/100  loss 1.250  4,000 rows/s",
        "  epoch 1/3  loss 1.250  eval accuracy 0.875  60 s",
        "  epoch 2/3  step 90/100  loss 1.250  eval accuracy 0.875  4,000 rows/s",
    ]


def test_a_moving_line_needs_no_lines_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.terminal.screen.SECONDS_BETWEEN_LINES", 0.0)
    out, screen = _terminal(80)
    with screen.drawing():
        screen.begin("Trainer")
        _report()
    assert not any(line.startswith("  epoch") for line in _plain(out.getvalue()))


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
    assert "failed     2.0 s" in out.getvalue()


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
    assert "encoding 50/100  150 rows/s" in out.getvalue()


def _terminal(width: int) -> tuple[io.StringIO, Screen]:
    out = io.StringIO()
    return out, Screen(Console(file=out, width=width, force_terminal=True))


def _plain(text: str) -> list[str]:
    """The lines that were drawn, without the commands that moved the cursor."""
    return re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_moving_line_breaks_between_figures_only(width: int) -> None:
    out, screen = _terminal(width)
    with screen.drawing():
        screen.begin("Trainer")
        _report(eval_accuracy=0.875)
        _report(step=43_210, steps=123_456, epoch=2)
        drawn = _plain(out.getvalue())
    assert all(len(line) <= width for line in drawn)
    for figure in (
        "epoch 2/3",
        "step 43,210/123,456",
        "loss 1.250",
        "eval accuracy 0.875",
        "4,000 rows/s",
    ):
        assert any(figure in line for line in drawn), figure


def test_an_epoch_stays_on_the_terminal() -> None:
    out, screen = _terminal(80)
    with screen.drawing():
        screen.begin("Trainer")
        _report(eval_accuracy=0.875)
        screen.end("Trainer", NodeState.DONE, 2.0)
    assert "  epoch 1/3  loss 1.250  eval accuracy 0.875  0 s" in _plain(out.getvalue())


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_a_terminal_without_colors_or_movement_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "dumb")
    out, screen = _terminal(80)
    with screen.drawing():
        screen.begin("Trainer")
        _report()
        _report(eval_accuracy=0.875)
        screen.end("Trainer", NodeState.STOPPED, 2.0)
    assert out.getvalue().splitlines() == [
        "  epoch 1/3  loss 1.250  eval accuracy 0.875  0 s",
        "- Trainer          stopped    2.0 s",
    ]


def test_a_long_note_is_wrapped_at_spaces_beside_its_line() -> None:
    out, screen = _terminal(80)
    path = "/data/" + "x" * 60
    screen.end("TextExampleGen", NodeState.DONE, 3.1, f"2,000 rows in = 2,000 {path}")
    assert _plain(out.getvalue())[:2] == [
        "✓ TextExampleGen   done       3.1 s  2,000 rows in = 2,000",
        " " * 37 + path,
    ]


def test_it_stops_listening_afterwards() -> None:
    screen = Screen(Console(file=io.StringIO()))
    with screen.drawing():
        pass
    assert screen not in logging.getLogger("newsdesk.progress").handlers


def test_a_detail_is_wrapped_between_words_on_a_terminal() -> None:
    text = (
        "rows by split: train 1,000 (train-00000-of-00002.parquet), eval 10 (dev.csv)"
    )
    out = io.StringIO()
    Screen(Console(file=out, width=60, force_terminal=True)).detail(text)
    assert out.getvalue().splitlines() == [
        "    rows by split: train 1,000",
        "    (train-00000-of-00002.parquet), eval 10 (dev.csv)",
    ]
    out = io.StringIO()
    Screen(Console(file=out, width=60)).detail(text)
    assert out.getvalue() == f"    {text}\n"
