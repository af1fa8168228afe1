"""What the Pusher of a pipeline did, and why it pushed nothing."""

import json

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


def describe(task: Task, labels: list[str]) -> Outcome:
    """Says what became of the run, and notes it on the Pusher's output.

    Args:
        task: of the Pusher, which has ended well.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        The outcome of the run.
    """
    # Every node's container imports this module, and only the Pusher needs that one.
    from tfx.components.util import model_utils

    said = task.outputs["pushed_model"][0]
    if not model_utils.is_model_blessed(task.inputs["model_blessing"][0]):
        outcome = Outcome(
            state=NOT_GOOD_ENOUGH,
            exit_code=ExitCode.NOT_GOOD_ENOUGH,
            refusals=_refusals(task, labels),
        )
    else:
        what = in_service.Outcome(said.get_string_custom_property(in_service.OUTCOME))
        address = said.get_string_custom_property(_ADDRESS)
        outcome = Outcome(state=_STATES[what], pushed=address or None)
    said.set_string_custom_property("run_state", outcome.state)
    said.set_string_custom_property("refusals", json.dumps(outcome.refusals))
    return outcome


def required(outcome: Outcome) -> Outcome:
    """Counts a model that was rolled back from as a failure, too.

    Args:
        outcome: of the run.

    Returns:
        The outcome, with the exit code of a model that is not good enough.
    """
    if outcome.state != WITHDRAWN:
        return outcome
    return outcome.model_copy(update={"exit_code": ExitCode.NOT_GOOD_ENOUGH})


def require(outcome: Outcome) -> None:
    """Fails a run whose model is not in service in the end.

    Args:
        outcome: from `required`.

    Raises:
        NotGoodEnough: the model is not good enough, or was rolled back from before.
    """
    if outcome.state == WITHDRAWN:
        raise Withdrawn("nothing was pushed: this model was rolled back from")
    if outcome.state == NOT_GOOD_ENOUGH:
        raise NotGoodEnough(f"nothing was pushed: {outcome.reason}")


def _refusals(task: Task, labels: list[str]) -> list[str]:
    from newsdesk.evaluation.refusals import refusals

    baselines = task.inputs.get("baseline") or []
    version = None
    if baselines:
        version = baselines[0].get_string_custom_property(in_service.VERSION)
    return refusals(task.inputs["evaluation"][0].uri, labels, version or None)
