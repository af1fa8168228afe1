"""What became of a run, in the words and exit codes of `newsdesk run`.

A container writes it where somebody without access to the store can read it, and the
commands read it back. A node that ends well writes one line of JSON into its log. A
node that fails ends its sentence with state and exit code, because Kubernetes and Argo
keep that sentence beside the node, while the launcher turns every exit code into 1.
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
# These exist on a cluster alone.
TAKEN, SUCCEEDED = "interval taken", "succeeded"
_LINE = "outcome "
_MARKED = re.compile(r"^(.*) \[([a-z][a-z ]*), exit code (\d+)\]\s*$", re.DOTALL)
# Kubernetes cuts a termination message at 4,096 bytes, and the end holds the state.
_MOST_BYTES = 3500


class Outcome(BaseModel):
    """How a run ended.

    Attributes:
        state: as `newsdesk runs` has it; "interval taken" where another run has the
            interval, "succeeded" where nobody knows whether it pushed.
        exit_code: of `newsdesk run` for this state.
        pushed: address of the version that is in service by this run.
        refusals: why the model is not good enough, one sentence for each limit.
        node: that failed.
        error: its sentence.
        log: the command that prints its log.
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
        """Why nothing was pushed, in one line; "" where there is nothing to say."""
        error = f"{self.node}: {self.error}" if self.node else self.error
        return (error if self.error else "; ".join(self.refusals)) or ""

    @property
    def sentence(self) -> str:
        """The end of a run in words, for a person."""
        if self.state == SUCCEEDED:
            return "succeeded; whether it pushed is unknown, because its logs are gone"
        if self.state == WITHDRAWN:
            return "withdrawn: nothing was pushed, this model was rolled back from"
        if self.state == UNCHANGED:
            return f"unchanged: in service already, as {self.pushed}"
        return f"{self.state} {self.reason or self.pushed or ''}".strip()

    @property
    def is_failure(self) -> bool:
        """Whether somebody has to look at it."""
        return self.exit_code != ExitCode.DONE

    def line(self) -> str:
        """Writes it as one line of a log.

        Returns:
            What `in_log` finds.
        """
        return _LINE + self.model_dump_json(exclude_defaults=True)


def of_error(node: str, error: BaseException, sentence: str, code: int) -> Outcome:
    """Describes the end of a node that fails.

    Args:
        node: its name.
        error: what was raised.
        sentence: from `explain`.
        code: from `explain`.

    Returns:
        The outcome of its run, unless the node is tried again.
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
    """Writes a failure as the sentence that a cluster shows of a node.

    Args:
        outcome: with an error.

    Returns:
        Node, sentence, state and exit code; 4,096 bytes at most.
    """
    whole = f"{outcome.node}: {outcome.error}".encode()
    text = whole[:_MOST_BYTES].decode("utf-8", "ignore")
    return f"{text} [{outcome.state}, exit code {int(outcome.exit_code)}]"


def in_message(node: str, message: str) -> Outcome:
    """Reads what Argo says of a node that failed.

    Args:
        node: its name.
        message: of Argo, with what `marked` gave if the node came that far.

    Returns:
        The outcome; "failed" for a message of Argo's own.
    """
    found = _MARKED.match(message)
    if not found:
        # Kubernetes puts the end of the log here where a container said nothing.
        lines = message.strip().splitlines() or ["the cluster gives no reason"]
        error = one_line(" ... ".join(dict.fromkeys((lines[0], lines[-1]))))
        return Outcome(state=FAILED, exit_code=ExitCode.FAILED, node=node, error=error)
    # Argo writes the container, its reason and its exit code before our sentence.
    error = found[1].rpartition(f"{node}: ")[2] if f"{node}: " in found[1] else found[1]
    return Outcome(
        state=found[2], exit_code=int(found[3]), node=node, error=one_line(error)
    )


def in_log(text: str) -> Outcome | None:
    """Finds the last outcome in the log of a node.

    Args:
        text: the log; the launcher writes lines after ours.

    Returns:
        The outcome; None where there is none.
    """
    for line in reversed(text.splitlines()):
        if line.startswith(_LINE):
            return read(line.removeprefix(_LINE))
    return None


def read(text: str | None) -> Outcome | None:
    """Reads what `model_dump_json` wrote.

    Args:
        text: JSON; None where there was no file.

    Returns:
        The outcome; None for anything else.
    """
    try:
        return Outcome.model_validate(json.loads(text)) if text else None
    except (ValueError, ValidationError):
        return None
