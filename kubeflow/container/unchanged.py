"""Decides in the first node whether a run has nothing to do.

The condition that ends such a run is in `kubeflow.compile.unchanged`.
"""

import logging
from typing import Any

from kubeflow import outcome as outcomes
from kubeflow.container.artifacts import Task
from kubeflow.intervals.ledger import Ledger
from kubeflow.outcome import Outcome
from kubeflow.parameters import RECIPE
from newsdesk.config.data import Data
from newsdesk.identity.recipe import run_key
from newsdesk.published import in_service
from newsdesk.published.in_service import newest, repeated
from newsdesk.published.stores import store

FIRST = "TextExampleGen"
OUTCOME, CHANGED = "outcome", "changed"
_STATES = {
    in_service.Outcome.IN_SERVICE: outcomes.UNCHANGED,
    in_service.Outcome.WITHDRAWN: outcomes.WITHDRAWN,
}
_REASONS = {
    in_service.Outcome.IN_SERVICE: (
        "unchanged: version %d in service was made from the same data, configuration "
        "and code, so this run trains nothing"
    ),
    in_service.Outcome.WITHDRAWN: (
        "withdrawn: the model of this data, configuration and code was rolled back "
        "(version %d is in service), so this run trains nothing; change the data or "
        "the configuration to train again"
    ),
}

_log = logging.getLogger("newsdesk")


def outcome(
    task: Task, properties: dict[str, Any], destination: str, run: str
) -> Outcome | None:
    """Decides in the first node whether the run has nothing to do.

    Args:
        task: the task of the first node; gets an output parameter, which is the
            condition of the second node.
        properties: the properties of the node, with files on this machine; the recipe
            is removed from them.
        destination: the folder or address of the published versions.
        run: the run's id; if there is nothing to do, its interval is marked as done.

    Returns:
        The outcome of the run; None if it must train, because data or recipe differ
        from those of the model in service.

    Raises:
        ModelError: the destination cannot be read, or the model in service is damaged.
        DataError: a file of the data cannot be read.
        IntervalTaken: another run has taken over the interval.
        ClusterError: the ledger cannot be written.
    """
    from components.text_example_gen import content, remote

    text = properties.get("remote")
    digests = remote.Remote.parse(text).digests if text else None
    data = content.data_digest(Data.model_validate_json(properties["data"]), digests)
    known = run_key(properties.pop(RECIPE), data)
    current = newest(destination)
    found = repeated(current.manifest, known) if current else None
    if current is None or found is None:
        task.parameters[OUTCOME] = CHANGED
        return None
    # No later node runs, so nothing else would find damaged files in service.
    store(destination).verify(current.version)
    _log.info(_REASONS[found], current.version)
    task.parameters[OUTCOME] = _STATES[found]
    Ledger(destination).finish(run)
    is_in_service = found is in_service.Outcome.IN_SERVICE
    address = f"{destination.rstrip('/')}/{current.version}"
    return Outcome(state=_STATES[found], pushed=address if is_in_service else None)
