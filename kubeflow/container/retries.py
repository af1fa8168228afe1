"""Retries nodes: some failures in the container, the others by Argo.

Argo reads `backoffMaxDuration` as the time from the start of the first attempt to the
end of the last one (argo-workflows, workflow/controller/operator.go,
processNodeRetries), so it must cover all attempts. Argo cannot distinguish a refusal
from a fault, because the launcher exits with 1 whatever our exit code is. Therefore we
request no retries by Argo for a node that can refuse. If Argo retries no failed
container at all (the default of Kubeflow Pipelines 2.17), the container's own retries
remain.
"""

import errno
import logging
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from newsdesk.config.cluster import Node
from newsdesk.errors import (
    GateError,
    Interrupted,
    IntervalTaken,
    NotGoodEnough,
    first_line,
)
from newsdesk.explain import chain
from newsdesk.nodes import NODES

_log = logging.getLogger("newsdesk")
# Argo's limit includes the time that a pod waits for a machine; the node's timeout,
# `activeDeadlineSeconds`, does not.
_WAIT_FOR_A_MACHINE = 24 * 3600
_REFUSALS = (GateError, Interrupted, IntervalTaken, NotGoodEnough)
# s3fs raises EBUSY for SlowDown and ServiceUnavailable, EREMOTEIO for InternalError
# (s3fs/errors.py); the others come from networks and network volumes.
_NUMBERS = {
    errno.EBUSY,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EREMOTEIO,
    errno.ESTALE,
}
# By name, because the extra that installs a store's library may be missing.
_KINDS = (
    ("aiohttp", "ClientConnectionError"),
    # On Python 3.10 it is not the built-in TimeoutError; fsspec's is a subclass of it.
    ("asyncio.exceptions", "TimeoutError"),
    ("botocore.exceptions", "ConnectionError"),
    ("botocore.exceptions", "HTTPClientError"),
    ("google.auth.exceptions", "TransportError"),
    # The job server of a remote Beam runner.
    ("grpc", "RpcError"),
    ("requests.exceptions", "ConnectionError"),
    ("requests.exceptions", "Timeout"),
)
_TOO_MANY_REQUESTS = 429


def policy(node: str, settings: Node) -> dict[str, Any]:
    """Describes how Argo retries the pod of a node.

    Args:
        node: the id of a node of the graph.
        settings: the settings of the node.

    Returns:
        The `retryPolicy` of the task with all its values: the compiler of Kubeflow
        Pipelines writes 0 for a missing one, which prevents every retry.
    """
    retries = 0 if NODES[node].may_refuse else settings.retries
    attempt = settings.timeout_minutes * 60 + _WAIT_FOR_A_MACHINE
    total = (retries + 1) * attempt + sum(settings.pauses[:retries])
    return {
        "maxRetryCount": retries,
        "backoffDuration": f"{settings.backoff_seconds}s",
        "backoffFactor": settings.backoff_factor,
        "backoffMaxDuration": f"{total}s",
    }


def attempted(
    work: Callable[[], None],
    pauses: Sequence[int],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Runs a function, and runs it again after each temporary fault.

    Args:
        work: the function, which starts from the beginning each time.
        pauses: the seconds before each retry.
        sleep: waits for so many seconds.

    Raises:
        Exception: the last error of the function, if it is not temporary or no retry
            is left.
    """
    for number, pause in enumerate(pauses, 1):
        try:
            return work()
        except Exception as error:
            if not may_pass(error):
                raise
            _log.warning(
                "%s; retry %d of %d starts in this pod in %d seconds",
                first_line(error),
                number,
                len(pauses),
                pause,
            )
        sleep(pause)
    work()


def may_pass(error: BaseException) -> bool:
    """Checks whether a fault may be temporary.

    Args:
        error: the error that a node raised.

    Returns:
        Whether a store, a volume or a network could not be reached or was too busy;
        never for a refusal by a gate or by the ledger of intervals.
    """
    causes = list(chain(error))
    if any(isinstance(cause, _REFUSALS) for cause in causes):
        return False
    return any(_is_of_a_connection(cause) for cause in causes)


def _is_of_a_connection(error: BaseException) -> bool:
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror)):
        return True
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return True
    kinds = [
        getattr(sys.modules[module], name)
        for module, name in _KINDS
        if module in sys.modules
    ]
    if any(isinstance(error, kind) for kind in kinds):
        return True
    status = _status(error)
    return status is not None and (status >= 500 or status == _TOO_MANY_REQUESTS)


def _status(error: BaseException) -> int | None:
    """The HTTP status that a library keeps in its error."""
    response = getattr(error, "response", None)
    found = getattr(error, "code", None)
    if isinstance(response, dict):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return found if isinstance(found, int) else None
