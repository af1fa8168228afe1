"""The pods of a run, as Argo kept them in the run's workflow.

Version v2beta1 of Pipelines' API gives the tasks of a run no pod, no message and no
parent, and its `error` is that of the API itself (kubeflow/pipelines 2.17,
backend/src/apiserver/server/api_converter.go, toApiPipelineTaskDetail and toApiRun).
Version v1beta1 has the workflow, which every server from 2.5 to 2.17 stores. Argo packs
the nodes of a workflow of over 1 MiB (argoproj/argo-workflows 4.0, workflow/packer).
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
_UNKNOWN = (404, 501)
_BAD = ("Failed", "Error")
_NOT_BEGUN = ("Pending", "Skipped", "Omitted")
_POD_NAMES = "workflows.argoproj.io/pod-name-format"


@dataclass(frozen=True)
class Pod:
    """The last attempt of a node, or of its driver.

    Attributes:
        node: its name, such as Trainer; of a driver "driver of Trainer".
        state: of Argo: Pending, Running, Succeeded, Failed, Error, Skipped, Omitted.
        message: why it failed; "" where Argo says nothing.
        id: of the node in the workflow.
        name: of the pod.
        started: None where it has not.
        finished: None where it has not.
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
        """Whether it ended badly."""
        return self.state in _BAD

    @property
    def has_run(self) -> bool:
        """Whether it ever began to work."""
        return self.state not in _NOT_BEGUN

    @property
    def is_driver(self) -> bool:
        """Whether it is not the node itself but what prepares it."""
        return self.node.startswith("driver ")


@dataclass(frozen=True)
class Workflow:
    """What Argo did for a run.

    Attributes:
        pods: of nodes and drivers, in the order in which they started.
        is_terminated: whether somebody terminated it.
    """

    pods: tuple[Pod, ...] = ()
    is_terminated: bool = False


def of(client: Any, run: str) -> Workflow:
    """Asks for the pods of a run.

    Args:
        client: from `clients.connected`.
        run: its id.

    Returns:
        An empty workflow where `manifest` finds none.
    """
    found = manifest(client, run)
    return read(found) if found else Workflow()


def manifest(client: Any, run: str) -> Any:
    """Asks for the workflow of a run as Argo writes it.

    Args:
        client: from `clients.connected`.
        run: its id.

    Returns:
        The workflow, read from JSON; None where the server has none, as before the
        first pod, or does not answer for v1beta1.
    """
    import kfp_server_api

    try:
        answer = json.loads(rest.get(client, "v1beta1", "runs", run))
    except kfp_server_api.ApiException as error:
        if error.status in _UNKNOWN:
            return None
        raise
    text = (answer.get("pipeline_runtime") or {}).get("workflow_manifest")
    return json.loads(text) if text else None


def read(workflow: Any) -> Workflow:
    """Reads Argo's description of a workflow.

    Args:
        workflow: as Argo writes it into JSON.

    Returns:
        What we need of it.
    """
    # TerminateRun of Pipelines sets it, and nothing else does.
    ended = workflow.get("spec", {}).get("activeDeadlineSeconds") == 0
    nodes = _nodes(workflow.get("status") or {})
    return Workflow(tuple(_last(_pods(workflow, nodes))), ended)


def _nodes(status: Any) -> list[Any]:
    found = status.get("nodes")
    if not found and (packed := status.get("compressedNodes")):
        found = json.loads(gzip.decompress(base64.b64decode(packed)))
    return list((found or {}).values())


def _pods(workflow: Any, nodes: list[Any]) -> Iterable[Pod]:
    for node in nodes:
        # A node that never ran has no pod, but its state is of interest.
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
    """As RetrievePodName of kubeflow/pipelines, backend/src/common/util/workflow.go."""
    run, name = metadata["name"], str(node["id"])
    if (metadata.get("annotations") or {}).get(_POD_NAMES) == "v1" or run == name:
        return name
    prefix = run if ".inline" in node["name"] else f"{run}-{node.get('templateName')}"
    return f"{prefix}-{name.rpartition('-')[2]}"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
