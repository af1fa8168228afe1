"""The first screen says whether a difference is real."""

import pytest

from newsdesk.report import result_view
from newsdesk.report.content import Drift, Interval, Overall, Verdict
from newsdesk.states import RunState


def _overall(name: str, change: float, width: float, p: float | None) -> Overall:
    figure = Interval(value=0.9, low=0.8, high=1.0)
    interval = Interval(value=change, low=change - width, high=change + width)
    return Overall(
        name=name, candidate=figure, baseline=figure, change=interval, p_value=p
    )


@pytest.mark.parametrize(
    ("name", "change", "width", "p", "words"),
    [
        ("accuracy", 0.02, 0.01, 0.01, "better"),
        ("accuracy", -0.02, 0.01, 0.01, "worse"),
        ("accuracy", -0.02, 0.01, 0.2, "could be chance"),
        ("accuracy", 0.0, 0.01, 0.0, "could be chance"),
        ("accuracy", 0.0, 0.0, 1.0, "equal"),
        ("macro F1", 0.02, 0.01, None, "better"),
        ("macro F1", 0.02, 0.03, None, "could be chance"),
        ("loss", 0.02, 0.01, None, "worse"),
        ("loss", -0.02, 0.01, 0.0, "better"),
    ],
)
def test_a_difference_is_judged(
    name: str, change: float, width: float, p: float | None, words: str
) -> None:
    assert result_view.difference(_overall(name, change, width, p)) == words


def test_a_single_model_is_not_judged() -> None:
    alone = Overall(name="accuracy", candidate=Interval(value=0.9, low=0.8, high=1))
    assert result_view.difference(alone) == ""


@pytest.mark.parametrize("state", RunState)
def test_every_state_has_a_headline(state: RunState) -> None:
    verdict = Verdict(state=state, sentence="because")
    assert result_view.headline(verdict)
    assert result_view.mood(verdict) in ("good", "bad", "neutral")
    assert (result_view.sign(verdict) == "✓") == (state is RunState.PUSHED)


@pytest.mark.parametrize(
    ("name", "value", "limit", "is_beyond"),
    [
        ("max_length_ratio", 3.0, 2.0, True),
        ("max_length_ratio", 2.0, 2.0, False),
        ("min_row_ratio", 1.0, 0.5, False),
        ("min_row_ratio", 0.4, 0.5, True),
        ("min_new_rows", 9.0, 10.0, True),
        ("max_label_shift", 0.3, None, False),
    ],
)
def test_too_few_rows_break_a_rule_as_too_long_texts_do(
    name: str, value: float, limit: float | None, is_beyond: bool
) -> None:
    drift = Drift(name=name, value=value, limit=limit)
    assert result_view.is_beyond(drift) is is_beyond


def test_the_pusher_may_refuse_the_data_after_the_training() -> None:
    verdict = Verdict(state=RunState.STOPPED, sentence="why")
    assert result_view.headline(verdict) == "Stopped: data refused"
