"""The first screen in words: what was decided, and whether a difference is real."""

from dataclasses import dataclass

from newsdesk.report.content import Calibration, Drift, Limits, Overall, Verdict
from newsdesk.report.numbers import tick
from newsdesk.states import RunState

# Headline, and the class of its colour and sign.
_HEADLINES = {
    RunState.RUNNING: ("Running", "neutral"),
    RunState.PUSHED: ("Pushed", "good"),
    RunState.UNCHANGED: ("Not pushed: nothing to do", "neutral"),
    RunState.WITHDRAWN: ("Not pushed: rolled back before", "bad"),
    RunState.NOT_GOOD_ENOUGH: ("Not pushed: not good enough", "bad"),
    RunState.TUNED: ("Not pushed: only tuned", "neutral"),
    RunState.STOPPED: ("Stopped: data refused", "bad"),
    RunState.FAILED: ("Failed", "bad"),
    RunState.INTERRUPTED: ("Interrupted", "neutral"),
    RunState.KILLED: ("Killed", "bad"),
}
_SIGNS = {"good": "✓", "bad": "✕", "neutral": "–"}
# Of equally good models, one in twenty seems different.
_CHANCE = 0.05
# As the rules of the evaluation: floats differ by rounding.
_ROUNDING = 1e-6


def headline(verdict: Verdict) -> str:
    """Names the decision.

    Args:
        verdict: what was decided.

    Returns:
        A headline of a few words.
    """
    return _HEADLINES[verdict.state][0]


def mood(verdict: Verdict) -> str:
    """Says how to colour the decision.

    Args:
        verdict: what was decided.

    Returns:
        "good", "bad" or "neutral".
    """
    return _HEADLINES[verdict.state][1]


def sign(verdict: Verdict) -> str:
    """Chooses the sign before the headline.

    Args:
        verdict: what was decided.

    Returns:
        One character.
    """
    return _SIGNS[mood(verdict)]


def reasons(verdict: Verdict) -> list[str]:
    """Lists the reasons that the sentence of the verdict does not contain.

    Args:
        verdict: what was decided.

    Returns:
        Refusals, in their order.
    """
    return [one for one in verdict.refusals if one not in verdict.sentence]


def difference(overall: Overall) -> str:
    """Says whether a model differs from the one in service by more than chance.

    Args:
        overall: a figure of both models.

    Returns:
        "better", "worse", "could be chance", "equal" if no resample of the rows
        differs, or "" without a comparison.
    """
    change = overall.change
    if change is None:
        return ""
    if change.low == change.high == 0:
        return "equal"
    if overall.p_value is not None:
        is_real = overall.p_value < _CHANCE
    else:
        is_real = change.low > 0 or change.high < 0
    if not is_real or change.value == 0:
        return "could be chance"
    return "better" if (change.value > 0) == (overall.name != "loss") else "worse"


@dataclass(frozen=True)
class Limit:
    """A limit of the evaluation in words.

    Attributes:
        words: the limit; without one, which values are better.
        is_broken: whether the candidate is beyond the limit.
    """

    words: str
    is_broken: bool = False


def limit(overall: Overall, limits: Limits | None) -> Limit:
    """Finds the limit of a figure.

    Args:
        overall: the figure.
        limits: of the evaluation; None if unknown.

    Returns:
        For example "limit: at least 0.9"; "lower is better" or "" without one.
    """
    limits = limits or Limits()
    value = overall.candidate.value
    if overall.name == "loss":
        return _at_most(value, limits.loss) or Limit("lower is better")
    least = {"accuracy": limits.accuracy, "macro F1": limits.macro_f1}
    found = least.get(overall.name)
    if found is None:
        return Limit("")
    return Limit(f"limit: at least {tick(found)}", not value >= found - _ROUNDING)


def ece_limit(calibration: Calibration, limits: Limits) -> Limit:
    """Finds the limit of the calibration error.

    Args:
        calibration: of the candidate.
        limits: of the evaluation.

    Returns:
        For example "limit: at most 0.05"; "lower is better" without a limit.
    """
    return _at_most(calibration.ece, limits.ece) or Limit("lower is better")


def _at_most(value: float, limit: float | None) -> Limit | None:
    if limit is None:
        return None
    return Limit(f"limit: at most {tick(limit)}", not value <= limit + _ROUNDING)


def is_beyond(drift: Drift) -> bool:
    """Decides whether a figure of the data broke its rule.

    Args:
        drift: the figure, with the name of its rule.

    Returns:
        Whether it is below the limit of a rule `min_...`, or above any other limit.
    """
    if drift.limit is None:
        return False
    if drift.name.startswith("min_"):
        return drift.value < drift.limit
    return drift.value > drift.limit
