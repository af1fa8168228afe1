"""The nodes of the graph: what runners know of each of them before it runs.

A new node is an entry here, its component, and its place in `graph.py`; a note beside
its line is an entry in `notes.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Cache(Enum):
    """Which runners may answer for a node from their cache."""

    # The node looks at nothing but its inputs and parameters.
    ANYWHERE = "anywhere"
    # The node looks at files or at the model in service. Only the local runner's key
    # has digests of them; Kubeflow Pipelines would answer with what was found once.
    LOCALLY = "locally"
    # The node changes something that no artifact shows, such as a published version.
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class NodeFacts:
    """What runners know of a node.

    Attributes:
        resources: fields of `kubeflow.nodes.<node>` whose defaults are others for it.
        may_have_gpus: whether it can use a GPU.
        cache: which runners may answer for it from their cache.
        may_have_no_output: whether it may end without the artifacts that it declares.
        may_refuse: whether it checks data, models or intervals, so that a second try
            would fail in the same way.
    """

    resources: Mapping[str, Any] = field(default_factory=dict)
    may_have_gpus: bool = False
    cache: Cache = Cache.ANYWHERE
    may_have_no_output: bool = False
    may_refuse: bool = False


# By id.
NODES: Mapping[str, NodeFacts] = {
    "TextExampleGen": NodeFacts(
        {"memory": "4Gi"}, cache=Cache.LOCALLY, may_refuse=True
    ),
    "ImportSchemaGen": NodeFacts(),
    "StatisticsGen": NodeFacts({"memory": "4Gi"}),
    "ExampleValidator": NodeFacts(),
    "BaselineModel": NodeFacts(
        cache=Cache.LOCALLY, may_have_no_output=True, may_refuse=True
    ),
    "TextStatistics": NodeFacts(),
    "DataGate": NodeFacts(may_refuse=True),
    "Transform": NodeFacts({"cpu": "2", "memory": "4Gi"}),
    "Trainer": NodeFacts(
        {"cpu": "4", "memory": "8Gi", "timeout_minutes": 24 * 60}, may_have_gpus=True
    ),
    "Predictions": NodeFacts({"cpu": "2", "memory": "4Gi"}),
    "Evaluator": NodeFacts({"cpu": "2", "memory": "4Gi"}, may_have_gpus=True),
    "Pusher": NodeFacts({"memory": "4Gi"}, cache=Cache.NOWHERE, may_refuse=True),
}
