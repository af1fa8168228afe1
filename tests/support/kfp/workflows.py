"""Writes workflows as Argo stores them for a run of a compiled pipeline.

Written from kubeflow/pipelines 2.17 (backend/src/v2/compiler/argocompiler: names of
tasks and templates; backend/src/common/util/workflow.go: names of pods;
execution_spec.go: what terminating changes) and argoproj/argo-workflows 4.0.5
(workflow/controller/operator.go, inferFailedReason: the message of a node;
workflow/packer: compressed nodes).
"""

import base64
import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

NAME = "desks-x7k2p"
_ROOT = f"{NAME}.root.nodes"
_IMPL = "retry-system-container-impl"


def failed(sentence: str, code: int = 1) -> str:
    """The message of a pod whose container wrote a sentence to /dev/termination-log."""
    said = f": {sentence}" if sentence else ""
    return f"main: Error (exit code {code}){said}"


def workflow(
    nodes: Mapping[str, tuple[str, str]],
    *,
    is_terminated: bool = False,
    is_packed: bool = False,
) -> dict[str, Any]:
    """Writes a workflow, with a successful driver per node and a pod per attempt.

    Args:
        nodes: state and message of each task, by its name in the pipeline; `name(1)` is
            its second attempt.
        is_terminated: whether TerminateRun was called.
        is_packed: whether it was too large for Argo to write its nodes as they are.
    """
    found = [
        _node(f"{NAME}.root", "DAG", "root", "Failed", "", 0),
        _node(f"{NAME}.root-driver", "Pod", "system-dag-driver", "Succeeded", "", 0),
    ]
    for second, (name, (state, message)) in enumerate(nodes.items(), 1):
        task, bracket, attempt = name.partition("(")
        path = f"{_ROOT}.{task}"
        driver = "system-container-driver"
        found += [
            _node(path, "DAG", "retry-system-container-executor", state, "", second),
            _node(f"{path}-driver", "Pod", driver, "Succeeded", "", second),
            _node(f"{path}.executor", "Retry", _IMPL, state, message, second),
            _node(
                f"{path}.executor({attempt or '0)'}",
                "Pod",
                _IMPL,
                state,
                message,
                second,
            ),
        ]
    by_id = {one["id"]: one for one in found}
    status: dict[str, Any] = {"phase": "Failed", "nodes": by_id}
    if is_packed:
        packed = gzip.compress(json.dumps(by_id).encode())
        status = {
            "phase": "Failed",
            "compressedNodes": base64.b64encode(packed).decode(),
        }
    return {
        "metadata": {"name": NAME, "namespace": "newsdesk"},
        "spec": {"activeDeadlineSeconds": 0} if is_terminated else {},
        "status": status,
    }


def node_id(task: str, attempt: int = 0) -> str:
    """The id of a task's pod in the workflow."""
    return _id(f"{_ROOT}.{task}.executor({attempt})")


def pod_name(task: str, attempt: int = 0) -> str:
    """The name of a task's pod."""
    return f"{NAME}-{_IMPL}-{node_id(task, attempt).rpartition('-')[2]}"


def _id(path: str) -> str:
    return f"{NAME}-{zlib.crc32(path.encode())}"


def _node(
    path: str, kind: str, template: str, state: str, message: str, second: int
) -> dict[str, Any]:
    moment = f"2026-11-24T12:00:{second:02d}Z"
    return {
        "id": _id(path),
        "name": path,
        "displayName": path.rpartition(".")[2],
        "type": kind,
        "templateName": template,
        "phase": state,
        "startedAt": moment,
        "finishedAt": moment,
        **({"message": message} if message else {}),
    }
