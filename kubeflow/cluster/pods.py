"""Reads the pods of a run from the workflow that Argo stored.

Version v2beta1 of Pipelines' API returns the tasks of a run without pod, message and
parent, and its `error` is that of the API itself (kubeflow/pipelines 2.17,
backend/src/apiserver/server/api_converter.go, toApiPipelineTaskDetail and toApiRun).
Version v1beta1 has the workflow, which every server from 2.5 to 2.17 stores. Argo
compresses the nodes of a workflow of over 1 MiB (argoproj/argo-workflows 4.0,
workflow/packer).
"""

import base64
import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubeflow.cluster import rest
from kubeflow.compile.tasks import node_of

_ATTEMPT = re.compile(r"\(\d+\)$")
_DRIVER = "-driver"
# Without such a run, and without version v1beta1 of the API.
_UNKNOWN = (404, 501)
_BAD = ("Failed", "Error")
_NOT_BEGUN = ("Pending", "Skipped", "Omitted")
_POD_NAMES = "workflows.argoproj.io/pod-name-format"


@dataclass(frozen=True)
class Pod:
    """The last attempt of a node, or of its driver.

    Attributes:
        node: the name of the node, such as Trainer; "driver of Trainer" for its driver.
        state: Argo's state: Pending, Running, Succeeded, Failed, Error, Skipped or
            Omitted.
        message: why it failed; "" if Argo gives no reason.
        id: the id of the node in the workflow.
        name: the name of the pod.
        started: when it started; None if it did not start.
        finished: when it ended; None if it did not end.
    """

    node: str
    state: str
    message: str
    id: str
    name: str
    started: datetime | None
    finished: datetime | None

    @property
    def has_failed(self) -> bool:
        """Whether it failed."""
        return self.state in _BAD

    @property
    def has_run(self) -> bool:
        """Whether it ever began to work."""
        return self.state not in _NOT_BEGUN

    @property
    def is_driver(self) -> bool:
        """Whether this is the driver, which prepares the node."""
        return self.node.startswith("driver ")


@dataclass(frozen=True)
class Workflow:
    """What Argo did for a run.

    Attributes:
        pods: the pods of nodes and drivers, in the order in which they started.
        is_terminated: whether a user terminated it.
    """

    pods: tuple[Pod, ...] = ()
    is_terminated: bool = False


def of(client: Any, run: str) -> Workflow:
    """Requests the pods of a run.

    Args:
        client: from `clients.connected`.
        run: its id.

    Returns:
        The workflow; an empty one if the server has none.
    """
    found = manifest(client, run)
    return read(found) if found else Workflow()


def manifest(client: Any, run: str) -> Any:
    """Requests the workflow of a run as Argo writes it.

    Args:
        client: from `clients.connected`.
        run: its id.

    Returns:
        The workflow, read from JSON; None if the server has none yet, as before the
        first pod, or does not support v1beta1.
    """
    import kfp_server_api

    try:
        found = json.loads(rest.get(client, "v1beta1", "runs", run))
    except kfp_server_api.ApiException as error:
        if error.status in _UNKNOWN:
            return None
        raise
    text = (found.get("pipeline_runtime") or {}).get("workflow_manifest")
    return json.loads(text) if text else None


def read(workflow: Any) -> Workflow:
    """Reads Argo's description of a workflow.

    Args:
        workflow: as Argo writes it into JSON.

    Returns:
        The pods, and whether a user terminated the run.
    """
    # Only TerminateRun of Pipelines sets this to 0.
    is_terminated = workflow.get("spec", {}).get("activeDeadlineSeconds") == 0
    nodes = _nodes(workflow.get("status") or {})
    return Workflow(tuple(_last(_pods(workflow, nodes))), is_terminated)


def _nodes(status: Any) -> list[Any]:
    found = status.get("nodes")
    if not found and (packed := status.get("compressedNodes")):
        found = json.loads(gzip.decompress(base64.b64decode(packed)))
    return list((found or {}).values())


def _pods(workflow: Any, nodes: list[Any]) -> Iterable[Pod]:
    for node in nodes:
        # Skipped nodes have no pod, but the list of nodes shows their state.
        if node.get("type") in ("Pod", "Skipped"):
            yield Pod(
                node=_name(node["name"]),
                state=node.get("phase", "Pending"),
                message=node.get("message", ""),
                id=node["id"],
                name=_pod_name(workflow["metadata"], node),
                started=_moment(node.get("startedAt")),
                finished=_moment(node.get("finishedAt")),
            )


def _last(pods: Iterable[Pod]) -> list[Pod]:
    """Keeps the last attempt of each node."""
    latest: dict[str, Pod] = {}
    for pod in sorted(pods, key=lambda pod: str(pod.started or "")):
        latest.pop(pod.node, None)
        latest[pod.node] = pod
    return list(latest.values())


def _name(path: str) -> str:
    """Finds the node in a path such as run.root.nodes.trainer.executor(1)."""
    words = [_ATTEMPT.sub("", word) for word in path.split(".")]
    task = words[-2] if words[-1] == "executor" and len(words) > 1 else words[-1]
    if task.endswith(_DRIVER):
        return f"driver of {node_of(task.removesuffix(_DRIVER))}"
    return node_of(task)


def _pod_name(metadata: Any, node: Any) -> str:
    """Computes the name of a pod.

    As RetrievePodName of kubeflow/pipelines does, backend/src/common/util/workflow.go.
    """
    run, name = metadata["name"], str(node["id"])
    if (metadata.get("annotations") or {}).get(_POD_NAMES) == "v1" or run == name:
        return name
    prefix = run if ".inline" in node["name"] else f"{run}-{node.get('templateName')}"
    return f"{prefix}-{name.rpartition('-')[2]}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
