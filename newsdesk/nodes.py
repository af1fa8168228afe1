"""Facts about the nodes of the graph that runners need before they run a node.

A new node needs an entry here, a component, and a call in `graph.py`. If it has a note
on its line of the screen, it also needs an entry in `notes.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Cache(Enum):
    """Which runners may use cached results of a node."""

    # The result depends only on inputs and parameters.
    ANYWHERE = "anywhere"
    # The node reads files or the model in service. Only the cache key of the local
    # runner has digests of them; Kubeflow Pipelines would return an old result.
    LOCALLY = "locally"
    # The node has an effect outside its artifacts, such as a published version.
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class NodeFacts:
    """Facts about a node.

    Attributes:
        resources: defaults of `kubeflow.nodes.<node>` that differ from those of `Node`.
        may_have_gpus: whether it can use a GPU.
        cache: which runners may use cached results of it.
        may_have_no_output: whether it may end without the artifacts that it declares.
        may_refuse: whether it checks data, models or intervals, so that a retry would
            fail in the same way.
        may_fail: whether the run keeps its result if the node fails.
        of_workers: the artifacts that only its Beam workers read and write, with any
            in an object store, so that on a cluster they can be in other pods; () if
            they must be in the pod of the node.
        needs: the section of the configuration without which the graph does not have
            the node; "" if it always has it.
    """

    resources: Mapping[str, Any] = field(default_factory=dict)
    may_have_gpus: bool = False
    cache: Cache = Cache.ANYWHERE
    may_have_no_output: bool = False
    may_refuse: bool = False
    may_fail: bool = False
    of_workers: tuple[str, ...] = ()
    needs: str = ""


# A run that has nothing to train may launch this node alone.
ANSWERS_ROWS = "BulkInferrer"
# By the id of the node.
NODES: Mapping[str, NodeFacts] = {
    "TextExampleGen": NodeFacts(
        {"memory": "4Gi"},
        cache=Cache.LOCALLY,
        may_refuse=True,
        of_workers=("examples",),
    ),
    "ImportSchemaGen": NodeFacts(),
    "StatisticsGen": NodeFacts(
        {"memory": "4Gi"}, of_workers=("examples", "statistics")
    ),
    "ExampleValidator": NodeFacts(),
    "BaselineModel": NodeFacts(
        cache=Cache.LOCALLY, may_have_no_output=True, may_refuse=True
    ),
    "TextStatistics": NodeFacts(of_workers=("examples",)),
    "DataGate": NodeFacts(may_refuse=True),
    "Transform": NodeFacts(
        {"cpu": "2", "memory": "4Gi"}, of_workers=("examples", "transformed_examples")
    ),
    "Tuner": NodeFacts(
        {"cpu": "4", "memory": "8Gi", "timeout_minutes": 24 * 60},
        may_have_gpus=True,
        needs="tune",
    ),
    "Trainer": NodeFacts(
        {"cpu": "4", "memory": "8Gi", "timeout_minutes": 24 * 60}, may_have_gpus=True
    ),
    "Predictions": NodeFacts(
        {"cpu": "2", "memory": "4Gi"}, may_have_gpus=True, of_workers=("examples",)
    ),
    "Evaluator": NodeFacts(),
    "Pusher": NodeFacts({"memory": "4Gi"}, cache=Cache.NOWHERE, may_refuse=True),
    "Reporter": NodeFacts({"memory": "4Gi"}, may_fail=True),
    ANSWERS_ROWS: NodeFacts(
        {"cpu": "2", "memory": "4Gi"},
        may_have_gpus=True,
        cache=Cache.NOWHERE,
        needs="score",
    ),
}
