"""The states of runs and nodes; users read the values."""

from newsdesk.str_enum import StrEnum


class RunState(StrEnum):
    """The state of a run."""

    RUNNING = "running"
    PUSHED = "pushed"
    # The model in service has the same inputs, or is the same model.
    UNCHANGED = "unchanged"
    # The model was rolled back before, so it was not pushed again.
    WITHDRAWN = "withdrawn"
    NOT_GOOD_ENOUGH = "not good enough"
    # `newsdesk tune` ends before the Trainer.
    TUNED = "tuned"
    # A gate refused the data.
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    # The next run found it in state RUNNING, so its process has died.
    KILLED = "killed"


class NodeState(StrEnum):
    """The final state of a node of a run."""

    DONE = "done"
    CACHED = "cached"
    FAILED = "failed"
    # A signal ended the run while the node was at work.
    STOPPED = "stopped"
