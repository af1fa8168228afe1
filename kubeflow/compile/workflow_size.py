"""How large the workflow of a pipeline becomes in Kubernetes.

Argo keeps a workflow in one object: its templates, and of every node the inputs and
outputs with all values in place. Kubeflow Pipelines passes each task's specification,
container and constants as such values, as JSON inside JSON, so each level of quotes
doubles the backslashes of the one below. Counted here after kubeflow/pipelines 2.17
(backend/src/v2/compiler/argocompiler, and driver/driver.go, initPodSpecPatch) and
argo-workflows 4.0 (packer.go, NodeStatus).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

# packer.go: above it Argo compresses what it knows of the nodes; if the object is still
# larger then, it ends the run with an error.
MOST_BYTES = 1024 * 1024
_Json = dict[str, Any]
# Of the sample, clusters kept 0.87 to 0.98 MB where 0.86 are counted here: values that
# depend on the cluster, such as addresses, are longer there, and pods are retried.
_MARGIN = 1.15
# Of the fields of one node (names, times, boundary, children, machine), and of the
# templates, which hardly differ between pipelines.
_NODE_BYTES = 900
_TEMPLATES_BYTES = 14_000
# As long as what a cluster writes there.
_ROOT = "minio://mlpipeline/v2/artifacts/NAME"
_ID = "00000000-0000-0000-0000-000000000000"
_STORE = json.dumps(
    {
        "Provider": "minio",
        "Params": {
            "accessKeyKey": "accesskey",
            "disableSSL": "true",
            "endpoint": "seaweedfs.kubeflow:9000",
            "region": "minio",
            "secretKeyKey": "secretkey",
            "secretName": "mlpipeline-minio-artifact",
        },
    }
)
# What an artifact carries from the node that made it, and from the launcher.
_METADATA = {
    "content": "0" * 64,
    "display_name": "name-of-an-output",
    "name": f"pipeline:{_ID}:NodeOfTheGraph:output:0",
    "producer_component": "NodeOfTheGraph",
    "split_names": '["train", "eval", "test"]',
    "store_session_info": _STORE,
    "tfx_version": "1.21.0",
}
_LAUNCHER = (
    *("/kfp-launcher/launch", "--pipeline_name", "NAME", "--run_id", _ID),
    *("--execution_id", "100", "--pod_name", "$(KFP_POD_NAME)"),
    *("--pod_uid", "$(KFP_POD_UID)", "--ml_pipeline_server_address"),
    *("ml-pipeline.kubeflow.svc.cluster.local", "--ml_pipeline_server_port", "8887"),
    *("--mlmd_server_address", "metadata-grpc-service.kubeflow.svc.cluster.local"),
    *("--mlmd_server_port", "8080", "--publish_logs", "true", "--"),
)


def note(text: str) -> str | None:
    """Warns about a pipeline whose workflow Argo must compress, or may refuse.

    Args:
        text: from `compile.compile`.

    Returns:
        A sentence; None if the workflow stays below Argo's limit.
    """
    size = stored_bytes(text)
    if size <= MOST_BYTES:
        return None
    return (
        f"the workflow of this pipeline grows to about {size:,} bytes, and Argo keeps "
        f"{MOST_BYTES:,}: it compresses the states of nodes, and ends the run with an "
        "error if that is not enough; put large files where kubeflow.addresses can "
        "name them"
    )


def stored_bytes(text: str) -> int:
    """Counts the bytes of a pipeline's workflow when all its nodes have ended.

    Args:
        text: from `compile.compile`.

    Returns:
        The most to expect, as JSON, on a cluster whose Argo has a default
        retryStrategy, as that of Kubeflow Pipelines 2.17: it doubles the nodes.
    """
    spec, platform = yaml.safe_load_all(text)
    kubernetes = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    workflow = [*_arguments(spec, kubernetes), *_nodes(spec, kubernetes)]
    return int((len(_go(workflow).encode()) + _TEMPLATES_BYTES) * _MARGIN)


def _arguments(spec: _Json, kubernetes: _Json) -> Iterator[Any]:
    """What the templates hold: components once, each task with its constants."""
    yield _go(spec["root"])
    for component in spec["components"].values():
        yield _go(component)
        if label := component.get("executorLabel"):
            yield _go(_container(spec, label))
            yield _go(kubernetes.get(label, {}))
    for dag in _dags(spec):
        for name, task in dag["tasks"].items():
            # The placeholders of the driver and of the executor.
            yield [_go(task), name * 8, "x" * 900]


def _nodes(spec: _Json, kubernetes: _Json) -> Iterator[Any]:
    """What the states of the nodes hold, all values in place."""
    defaults = {
        name: one.get("defaultValue")
        for name, one in spec["root"]["inputDefinitions"]["parameters"].items()
    }
    job = _go({"parameterValues": defaults})
    yield from _twice([_go(spec["root"]), job])
    for dag in _dags(spec):
        for name, task in dag["tasks"].items():
            component = spec["components"][task["componentRef"]["name"]]
            label = component.get("executorLabel")
            if label is None:
                yield from _twice([_go(component), _go(task)])
                yield from _twice([])
                continue
            container = _container(spec, label)
            patch = _go(_pod(name, task, component, container, defaults))
            inputs = [_go(one) for one in (component, task, container)]
            settings = _go(kubernetes.get(label, {}))
            # The driver gives the patch; the executor's node and pod take it.
            yield from _twice([*inputs, settings, patch])
            yield from _twice([patch])
            yield from _twice([patch])


def _twice(values: list[str]) -> Iterator[Any]:
    """A node whose attempts Argo counts: the attempt, and the node above it."""
    for _ in range(2):
        yield [values, "x" * _NODE_BYTES]


def _dags(spec: _Json) -> Iterator[_Json]:
    yield spec["root"]["dag"]
    for component in spec["components"].values():
        if "dag" in component:
            yield component["dag"]


def _container(spec: _Json, label: str) -> _Json:
    found: _Json = spec["deploymentSpec"]["executors"][label]["container"]
    return found


def _pod(
    name: str, task: _Json, component: _Json, container: _Json, defaults: _Json
) -> _Json:
    """The driver's patch: a pod whose launcher has everything in its command."""
    command = [
        *_LAUNCHER,
        *("--executor_input", _go(_executor_input(name, task, component, defaults))),
        *("--component_spec", _go(component)),
    ]
    words = [*container["command"], *container["args"]]
    return {
        "containers": [
            {
                "name": "main",
                "image": container["image"],
                "command": command,
                "args": words,
                "env": container.get("env", []),
                "resources": {"limits": {}, "requests": {}, "x": "x" * 80},
            }
        ]
    }


def _executor_input(name: str, task: _Json, component: _Json, defaults: _Json) -> _Json:
    inputs = task.get("inputs", {})
    values = {
        key: defaults.get(one.get("componentInputParameter"))
        or one.get("runtimeValue", {}).get("constant")
        for key, one in inputs.get("parameters", {}).items()
    }
    made = component.get("outputDefinitions", {}).get("artifacts", {})
    return {
        "inputs": {
            "parameterValues": values,
            "artifacts": {
                key: _artifact(name, key, _METADATA)
                for key in inputs.get("artifacts", {})
            },
        },
        "outputs": {
            "artifacts": {key: _artifact(name, key, {}) for key in made},
            "outputFile": f"/minio/{_ID}/{name}/{_ID}/executor_output.json",
        },
    }


def _artifact(task: str, name: str, metadata: Mapping[str, Any]) -> _Json:
    one = {
        "name": name,
        "uri": f"{_ROOT}/{_ID}/{task}/{_ID}/{name}",
        "type": {"schemaTitle": "system.Artifact"},
        "metadata": metadata,
    }
    return {"artifacts": [one]}


def _go(value: Any) -> str:
    """JSON as Go writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
