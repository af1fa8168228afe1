"""Logs of the pods of a run, through Pipelines' API."""

import base64
import json
from typing import Any

from kubeflow.cluster import rest
from kubeflow.cluster.pods import Pod

_ARCHIVED = "main-logs"


def read(client: Any, run: str, pod: Pod) -> str | None:
    """Reads the log of a pod, or what Argo archived of it.

    Args:
        client: from `clients.connected`.
        run: the id of its run.
        pod: of the run.

    Returns:
        The log; None where pod and archive are gone.
    """
    import kfp_server_api

    try:
        text = rest.get(client, "v1alpha1", "runs", run, "nodes", pod.name, "log")
        if not _is_an_error(text):
            return text
    except kfp_server_api.ApiException as error:
        _raise_unless_gone(error)
    words = ("nodes", pod.id, "artifacts", f"{_ARCHIVED}:read")
    try:
        answer = json.loads(rest.get(client, "v2beta1", "runs", run, *words))
        return base64.b64decode(answer["data"]).decode("utf-8", "replace")
    except kfp_server_api.ApiException as error:
        _raise_unless_gone(error)
    except (ValueError, KeyError):
        pass
    return None


def _is_an_error(text: str) -> bool:
    """Tells an error from a log; both arrive as 200 (Pipelines' run_log_server.go)."""
    last = text.rstrip().rpartition("\n")[2]
    try:
        answer = json.loads(last[last.index('{"error_message"') :])
    except ValueError:
        return False
    return isinstance(answer, dict) and "error_message" in answer


def _raise_unless_gone(error: Any) -> None:
    # Servers answer 404 or 500 for what is gone, and also for what never was.
    if error.status in (401, 403):
        raise error
