"""Reads the logs of the pods of a run through Pipelines' API."""

import base64
import json
from typing import Any

from kubeflow.cluster import rest
from kubeflow.cluster.pods import Pod

_ARCHIVED = "main-logs"


def read(client: Any, run: str, pod: Pod) -> str | None:
    """Reads the log of a pod, or the log that Argo archived.

    Args:
        client: from `clients.connected`.
        run: the id of the run.
        pod: a pod of the run.

    Returns:
        The log; None if the pod and its archived log were removed.
    """
    import kfp_server_api

    try:
        text = rest.get(client, "v1alpha1", "runs", run, "nodes", pod.name, "log")
        if not _is_an_error(text):
            return text
    except kfp_server_api.ApiException as error:
        _raise_unless_removed(error)
    words = ("nodes", pod.id, "artifacts", f"{_ARCHIVED}:read")
    try:
        artifact = json.loads(rest.get(client, "v2beta1", "runs", run, *words))
        return base64.b64decode(artifact["data"]).decode("utf-8", "replace")
    except kfp_server_api.ApiException as error:
        _raise_unless_removed(error)
    except (ValueError, KeyError):
        pass
    return None


def _is_an_error(text: str) -> bool:
    """Finds errors in logs: both have status 200 (Pipelines' run_log_server.go)."""
    last = text.rstrip().rpartition("\n")[2]
    try:
        found = json.loads(last[last.index('{"error_message"') :])
    except ValueError:
        return False
    return isinstance(found, dict) and "error_message" in found


def _raise_unless_removed(error: Any) -> None:
    # Servers answer 404 or 500 for logs that were removed, or that never existed.
    if error.status in (401, 403):
        raise error
