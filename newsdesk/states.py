"""The states of runs and nodes, in the words that people read."""

from newsdesk.str_enum import StrEnum


class RunState(StrEnum):
    """What became of a run."""

    RUNNING = "running"
    PUSHED = "pushed"
    # The model in service was made of the same inputs, or is the same model.
    UNCHANGED = "unchanged"
    # The model was rolled back from, so it was not pushed again.
    WITHDRAWN = "withdrawn"
    NOT_GOOD_ENOUGH = "not good enough"
    # A gate refused the data.
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    # Found running by the next run, so its process died.
    KILLED = "killed"


class NodeState(StrEnum):
    """How a node of a run ended."""

    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
