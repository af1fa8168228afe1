"""Finds what the Pusher of a pipeline did, and why it did not push."""

import json
from pathlib import Path

from kubeflow.container.artifacts import Task
from kubeflow.outcome import NOT_GOOD_ENOUGH, PUSHED, UNCHANGED, WITHDRAWN, Outcome
from newsdesk.errors import ExitCode, NotGoodEnough, Withdrawn
from newsdesk.published import in_service

_STATES = {
    in_service.Outcome.PUSHED: PUSHED,
    in_service.Outcome.IN_SERVICE: UNCHANGED,
    in_service.Outcome.WITHDRAWN: WITHDRAWN,
}
_ADDRESS = "pushed_destination"


def describe(task: Task) -> Outcome:
    """Finds the outcome of the run, and adds it to the properties of the output.

    Args:
        task: the task of the Pusher, which has succeeded.

    Returns:
        The outcome of the run.
    """
    # Every node's container imports this module, but only the Pusher needs TFX's.
    from tfx.components.util import model_utils

    output = task.outputs["pushed_model"][0]
    if not model_utils.is_model_blessed(task.inputs["model_blessing"][0]):
        outcome = Outcome(
            state=NOT_GOOD_ENOUGH,
            exit_code=ExitCode.NOT_GOOD_ENOUGH,
            refusals=_refusals(task),
        )
    else:
        done = in_service.Outcome(output.get_string_custom_property(in_service.OUTCOME))
        address = output.get_string_custom_property(_ADDRESS)
        outcome = Outcome(state=_STATES[done], pushed=address or None)
    output.set_string_custom_property("run_state", outcome.state)
    output.set_string_custom_property("refusals", json.dumps(outcome.refusals))
    return outcome


def required(outcome: Outcome) -> Outcome:
    """Makes a model that was rolled back before a failure.

    Args:
        outcome: of the run.

    Returns:
        The outcome, with the exit code of a model that is not good enough.
    """
    if outcome.state != WITHDRAWN:
        return outcome
    return outcome.model_copy(update={"exit_code": ExitCode.NOT_GOOD_ENOUGH})


def require(outcome: Outcome) -> None:
    """Raises if the model of a run is not in service at its end.

    Args:
        outcome: from `required`.

    Raises:
        NotGoodEnough: the model is not good enough, or was rolled back before.
    """
    if outcome.state == WITHDRAWN:
        raise Withdrawn("nothing was pushed: this model was rolled back before")
    if outcome.state == NOT_GOOD_ENOUGH:
        raise NotGoodEnough(f"nothing was pushed: {outcome.reason}")


def _refusals(task: Task) -> list[str]:
    from newsdesk.evaluation import decision

    return decision.read(Path(task.inputs["evaluation"][0].uri)).refusals
