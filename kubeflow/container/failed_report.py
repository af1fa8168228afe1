"""Collects what a run had found when one of its nodes failed.

The outputs of a node that fails are not uploaded, and the last task of a pipeline gets
no artifacts of others. So the node that fails collects the content of the report from
its inputs, and passes it to the last task beside the outcome.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.reporter.collect import About, collect
from components.reporter.outputs import Outputs
from components.reporter.verdict import of
from kubeflow.container.local_paths import local
from newsdesk.states import RunState

# The outputs that a report reads, by the last part of their class paths.
_KINDS = {
    "Quarantine": "quarantine",
    "TextStatisticsOfSplits": "statistics",
    "DataVerdict": "verdict",
    "RowPredictions": "predictions",
}
_log = logging.getLogger("newsdesk")


def content(text: str, facts: Mapping[str, Any]) -> str:
    """Collects the content of a report from the inputs of a node.

    Args:
        text: an `ExecutorInput` of KFP's pipeline spec as JSON.
        facts: the argument --told.

    Returns:
        A `Content` as JSON, whose verdict is not known yet; "" if nothing was found,
        or if collecting failed, because the reason of the failure is what counts.
    """
    try:
        found = outputs(text, facts)
        if found == Outputs():
            return ""
        about = About(pipeline="", run="", split="", labels=_labels(text))
        return collect(found, about, of(RunState.FAILED)).model_dump_json()
    # Whatever is wrong with the inputs may be why the node failed.
    except Exception:
        _log.warning("the report of the run gets no figures", exc_info=True)
        return ""


def outputs(text: str, facts: Mapping[str, Any]) -> Outputs:
    """Finds the inputs of a node that a report reads.

    Args:
        text: an `ExecutorInput` of KFP's pipeline spec as JSON.
        facts: the argument --told.

    Returns:
        Their folders on this machine.
    """
    given = json.loads(text).get("inputs", {}).get("artifacts", {})
    found: dict[str, Path] = {}
    for name, listed in given.items():
        kind = facts["inputs"][name].rpartition(".")[2]
        target = "model" if (name, kind) == ("model", "Model") else _KINDS.get(kind)
        if target and listed.get("artifacts"):
            found[target] = local(listed["artifacts"][0]["uri"])
    return Outputs(**found)


def _labels(text: str) -> list[str]:
    """Reads the labels from the parameters of a node that has them."""
    values = json.loads(text)["inputs"].get("parameterValues", {})
    found: list[str] = json.loads(values.get("labels", "[]"))
    return found
