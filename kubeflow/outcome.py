"""The outcome of a run, with the states and exit codes of `newsdesk run`.

A container writes the outcome to where users without access to the store can read it,
and the commands read it back. A node that succeeds writes one line of JSON into its
log. A node that fails adds state and exit code to its message: Kubernetes and Argo keep
the message of a node, but the launcher replaces every exit code by 1.
"""

import json
import re

from pydantic import BaseModel, ValidationError

from newsdesk.errors import ExitCode, IntervalTaken, NotGoodEnough, Withdrawn
from newsdesk.escaping import one_line
from newsdesk.explain import is_of_data
from newsdesk.states import RunState

PUSHED, UNCHANGED = RunState.PUSHED.value, RunState.UNCHANGED.value
WITHDRAWN, NOT_GOOD_ENOUGH = RunState.WITHDRAWN.value, RunState.NOT_GOOD_ENOUGH.value
STOPPED, FAILED = RunState.STOPPED.value, RunState.FAILED.value
INTERRUPTED = RunState.INTERRUPTED.value
# These states exist only on a cluster.
TAKEN, SUCCEEDED = "interval taken", "succeeded"
_LINE = "outcome "
_MARKED = re.compile(r"^(.*) \[([a-z][a-z ]*), exit code (\d+)\]\s*$", re.DOTALL)
# Kubernetes cuts a termination message at 4,096 bytes, and our state is at its end.
_MOST_BYTES = 3500


class Outcome(BaseModel):
    """How a run ended.

    Attributes:
        state: one of those of `newsdesk runs`; "interval taken" if another run has the
            interval, "succeeded" if it is unknown whether the run pushed.
        exit_code: the exit code of `newsdesk run` for this state.
        pushed: the address of the version in service that the run pushed or confirmed.
        refusals: why the model is not good enough, one sentence for each limit.
        node: the node that failed.
        error: the message of the failed node.
        log: the command that prints the log of the failed node.
    """

    state: str
    exit_code: int = ExitCode.DONE
    pushed: str | None = None
    refusals: list[str] = []
    node: str | None = None
    error: str | None = None
    log: str | None = None

    @property
    def reason(self) -> str:
        """Why nothing was pushed, in one line; "" if there is no reason."""
        error = f"{self.node}: {self.error}" if self.node else self.error
        return (error if self.error else "; ".join(self.refusals)) or ""

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        if self.state == SUCCEEDED:
            return (
                "succeeded; its logs were removed, so it is unknown whether it pushed"
            )
        if self.state == WITHDRAWN:
            return "withdrawn: nothing was pushed, this model was rolled back before"
        if self.state == UNCHANGED:
            return f"unchanged: already in service as {self.pushed}"
        return f"{self.state} {self.reason or self.pushed or ''}".strip()

    @property
    def is_failure(self) -> bool:
        """Whether `newsdesk run` would exit with another code than 0."""
        return self.exit_code != ExitCode.DONE

    def line(self) -> str:
        """Formats the outcome as one line of a log.

        Returns:
            A line that `in_log` finds.
        """
        return _LINE + self.model_dump_json(exclude_defaults=True)


def of_error(node: str, error: BaseException, sentence: str, code: int) -> Outcome:
    """Describes the outcome of a node that fails.

    Args:
        node: the name of the node.
        error: the error that it raised.
        sentence: the message, from `explain`.
        code: the exit code, from `explain`.

    Returns:
        The outcome of the run, unless a retry of the node succeeds.
    """
    state = "stopped" if is_of_data(error) else FAILED
    if isinstance(error, IntervalTaken):
        state = TAKEN
    elif isinstance(error, Withdrawn):
        state = WITHDRAWN
    elif isinstance(error, NotGoodEnough):
        state = NOT_GOOD_ENOUGH
    elif code == ExitCode.INTERRUPTED:
        state = INTERRUPTED
    return Outcome(state=state, exit_code=code, node=node, error=sentence)


def marked(outcome: Outcome) -> str:
    """Formats a failure as the message of a node, which the cluster keeps.

    Args:
        outcome: the outcome of a node that failed.

    Returns:
        Node, message, state and exit code; 4,096 bytes at most.
    """
    whole = f"{outcome.node}: {outcome.error}".encode()
    text = whole[:_MOST_BYTES].decode("utf-8", "ignore")
    return f"{text} [{outcome.state}, exit code {int(outcome.exit_code)}]"


def in_message(node: str, message: str) -> Outcome:
    """Reads the outcome from Argo's message of a node that failed.

    Args:
        node: the name of the node.
        message: Argo's message; contains the text of `marked` if the node wrote it.

    Returns:
        The outcome; its state is "failed" if the message is only Argo's.
    """
    found = _MARKED.match(message)
    if not found:
        # If a container wrote no message, Kubernetes uses the end of its log.
        lines = message.strip().splitlines() or ["the cluster gives no reason"]
        error = one_line(" ... ".join(dict.fromkeys((lines[0], lines[-1]))))
        return Outcome(state=FAILED, exit_code=ExitCode.FAILED, node=node, error=error)
    # Argo writes the container, its reason and its exit code before our message.
    error = found[1].rpartition(f"{node}: ")[2] if f"{node}: " in found[1] else found[1]
    return Outcome(
        state=found[2], exit_code=int(found[3]), node=node, error=one_line(error)
    )


def in_log(text: str) -> Outcome | None:
    """Finds the last outcome in the log of a node.

    Args:
        text: the log; the launcher adds lines after ours.

    Returns:
        The outcome; None if the log has none.
    """
    for line in reversed(text.splitlines()):
        if line.startswith(_LINE):
            return read(line.removeprefix(_LINE))
    return None


def read(text: str | None) -> Outcome | None:
    """Reads an outcome from JSON.

    Args:
        text: the JSON of `model_dump_json`; None if there was no file.

    Returns:
        The outcome; None for anything else.
    """
    try:
        return Outcome.model_validate(json.loads(text)) if text else None
    except (ValueError, ValidationError):
        return None
