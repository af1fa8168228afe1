"""Says in one sentence what was decided about a run, and why."""

from collections.abc import Sequence

from newsdesk.errors import printable
from newsdesk.report.content import Verdict
from newsdesk.states import RunState

_NOTHING = "Nothing was pushed"


def of(
    state: RunState,
    *,
    version: str | None = None,
    baseline: str | None = None,
    refusals: Sequence[str] = (),
    shown: Sequence[str] = (),
    accepted: str | None = None,
    error: str | None = None,
    next_step: str | None = None,
    next_command: str | None = None,
) -> Verdict:
    """Describes a decision.

    Args:
        state: the state of the run.
        version: the version that is in service because of this run, or that already
            has the same model.
        baseline: the version in service that the candidate was compared with.
        refusals: why the candidate must not be pushed, one sentence each.
        shown: figures beyond a limit that rest on too few rows to decide.
        accepted: the user's reason to give up the model in service.
        error: why the run ended early.
        next_step: what the user can do.
        next_command: a command that does it.

    Returns:
        The verdict, with its sentence.
    """
    return Verdict(
        state=state,
        sentence=printable(
            _sentence(state, version, baseline, refusals, accepted, error)
        ),
        version=version,
        baseline=baseline,
        refusals=[printable(refusal) for refusal in refusals],
        shown=[printable(figure) for figure in shown],
        accepted=accepted and printable(accepted),
        next_step=next_step and printable(next_step),
        next_command=next_command and printable(next_command),
    )


def _sentence(
    state: RunState,
    version: str | None,
    baseline: str | None,
    refusals: Sequence[str],
    accepted: str | None,
    error: str | None,
) -> str:
    if state is RunState.PUSHED:
        return _pushed(version, baseline, accepted)
    if state is RunState.NOT_GOOD_ENOUGH:
        return _refused(baseline, refusals)
    because = f": {error}" if error else "."
    return {
        RunState.UNCHANGED: (
            f"{_NOTHING}, because this model is already in service as version "
            f"{version}."
        ),
        RunState.WITHDRAWN: f"{_NOTHING}, because this model was rolled back before.",
        RunState.TUNED: f"{_NOTHING}, because `newsdesk tune` only tries values.",
        RunState.STOPPED: f"{_NOTHING}, because a check stopped the run{because}",
        RunState.FAILED: f"{_NOTHING}, because the run failed{because}",
        RunState.INTERRUPTED: (
            f"{_NOTHING}, because the run was interrupted before its end{because}"
        ),
        RunState.KILLED: "The run was killed, so it decided nothing.",
        RunState.RUNNING: "The run has not ended yet.",
    }[state]


def _pushed(version: str | None, baseline: str | None, accepted: str | None) -> str:
    pushed = f"Version {version} was pushed and is in service"
    if accepted:
        # Page and summary have the reason in a sentence of its own.
        return f"{pushed}; the model before it was given up."
    if baseline:
        return (
            f"{pushed}: it is within every limit, and not significantly worse than "
            f"version {baseline}, which it replaces."
        )
    return (
        f"{pushed}: it is within every limit, and there was no model in service to "
        "compare it with."
    )


def _refused(baseline: str | None, refusals: Sequence[str]) -> str:
    first = refusals[0] if refusals else "the model is not good enough"
    more = len(refusals) - 1
    others = f" (and {more:,} more)" if more > 0 else ""
    stays = f"; version {baseline} stays in service" if baseline else ""
    return f"{_NOTHING}: {first}{others}{stays}."
