"""Estimates how large the workflow of a pipeline becomes in Kubernetes.

Argo stores a workflow in one object: its templates, and for every node the inputs and
outputs with all values. Kubeflow Pipelines passes each task's specification, container
and constants as such values. They are JSON inside JSON, so each level of quotes doubles
the backslashes of the level below. The estimate follows kubeflow/pipelines 2.17
(backend/src/v2/compiler/argocompiler, and driver/driver.go, initPodSpecPatch) and
argo-workflows 4.0 (packer.go, NodeStatus).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

# packer.go: Argo compresses the states of the nodes of a larger workflow. If it is
# still larger after that, Argo ends the run with an error.
MOST_BYTES = 1024 * 1024
_Json = dict[str, Any]
# For the sample, clusters stored 0.87 to 0.98 MB, and 0.86 MB are counted here: on a
# cluster, values such as addresses are longer, and pods are retried.
_MARGIN = 1.15
# The size of the fields of one node (names, times, boundary, children, machine), and of
# the templates, which hardly differ between pipelines.
_NODE_BYTES = 900
_TEMPLATES_BYTES = 14_000
# Stand-ins, as long as the values that a cluster writes.
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
# What the producing node and the launcher write into the metadata of an artifact.
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
    """Warns if Argo must compress the workflow of a pipeline, or may refuse it.

    Args:
        text: from `compile.compile`.

    Returns:
        A sentence; None if the workflow stays below Argo's limit.
    """
    size = stored_bytes(text)
    if size <= MOST_BYTES:
        return None
    return (
        f"the workflow of this pipeline grows to about {size:,} bytes, more than the "
        f"{MOST_BYTES:,} that Argo stores: Argo compresses the states of nodes, and "
        "ends the run with an error if that is not enough; put large files into a "
        "store, and their addresses into kubeflow.addresses"
    )


def stored_bytes(text: str) -> int:
    """Estimates the bytes of a pipeline's workflow after all its nodes have ended.

    Args:
        text: from `compile.compile`.

    Returns:
        An upper estimate, as JSON, for a cluster whose Argo has a default
        retryStrategy, as in Kubeflow Pipelines 2.17, which doubles the nodes.
    """
    spec, platform = yaml.safe_load_all(text)
    kubernetes = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    workflow = [*_arguments(spec, kubernetes), *_nodes(spec, kubernetes)]
    return int((len(_go(workflow).encode()) + _TEMPLATES_BYTES) * _MARGIN)


def _arguments(spec: _Json, kubernetes: _Json) -> Iterator[Any]:
    """The values in the templates: components once, each task with its constants."""
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
    """The values in the states of the nodes."""
    declared = spec["root"]["inputDefinitions"]["parameters"]
    defaults = {name: one.get("defaultValue") for name, one in declared.items()}
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
            # The driver outputs the patch; the executor's node and pod take it.
            yield from _twice([*inputs, settings, patch])
            yield from _twice([patch])
            yield from _twice([patch])


def _twice(values: list[str]) -> Iterator[Any]:
    """The two nodes of a retried task: the attempt, and the node that counts them."""
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
    """The driver's patch: the pod with the launcher's complete command."""
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
    """Writes JSON as Go does, which escapes <, > and &."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
