"""Retries: what Argo is asked for, and what the container does itself.

Argo reads `backoffMaxDuration` as the time from the start of the first attempt until no
attempt may run any more (argo-workflows, workflow/controller/operator.go,
processNodeRetries), so it must cover all attempts. It cannot tell a refusal from a
fault: the launcher ends with 1 whatever our exit code is. Therefore it is asked for no
retry of a node that can refuse, and on a cluster whose Argo retries no failed container
at all (the default of Kubeflow Pipelines 2.17) the container's own retries remain.
"""

import errno
import logging
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from newsdesk.config.cluster import Node
from newsdesk.errors import GateError, Interrupted, IntervalTaken, NotGoodEnough
from newsdesk.explain import chain
from newsdesk.nodes import NODES

_log = logging.getLogger("newsdesk")
# Argo's time runs while a pod waits for a machine; `activeDeadlineSeconds` does not.
_WAIT_FOR_A_MACHINE = 24 * 3600
_REFUSALS = (GateError, Interrupted, IntervalTaken, NotGoodEnough)
# s3fs gives EBUSY for SlowDown and ServiceUnavailable, EREMOTEIO for InternalError
# (s3fs/errors.py); the others are of networks and of volumes on them.
_NUMBERS = {
    errno.EBUSY,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EREMOTEIO,
    errno.ESTALE,
}
# By name: the extra that brings a store's library may not be installed.
_KINDS = (
    ("aiohttp", "ClientConnectionError"),
    # On Python 3.10 another class than TimeoutError; fsspec derives its own from it.
    ("asyncio.exceptions", "TimeoutError"),
    ("botocore.exceptions", "ConnectionError"),
    ("botocore.exceptions", "HTTPClientError"),
    ("google.auth.exceptions", "TransportError"),
    ("requests.exceptions", "ConnectionError"),
    ("requests.exceptions", "Timeout"),
)
_TOO_MANY_REQUESTS = 429


def policy(node: str, settings: Node) -> dict[str, Any]:
    """Writes what Argo is asked for when a pod of a node has failed.

    Args:
        node: of the graph.
        settings: of the node.

    Returns:
        The `retryPolicy` of the task. All its values are given: for one that is
        missing, the compiler of Kubeflow Pipelines writes 0, which ends all retries.
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
    """Does work, and does it again after each fault that may pass.

    Args:
        work: what can be done again from its beginning.
        pauses: the seconds before each retry.
        sleep: waits that long.

    Raises:
        Exception: what the work raised last, if it may not pass or no retry is left.
    """
    for number, pause in enumerate(pauses, 1):
        try:
            return work()
        except Exception as error:
            if not may_pass(error):
                raise
            _log.warning(
                "%s; retry %d of %d begins in this pod in %d seconds",
                str(error).strip().partition("\n")[0] or type(error).__name__,
                number,
                len(pauses),
                pause,
            )
        sleep(pause)
    work()


def may_pass(error: BaseException) -> bool:
    """Says whether a fault may be over in some minutes.

    Args:
        error: what a node raised.

    Returns:
        Whether it comes from a store, a volume or a network that could not be reached
        or was too busy; never for a refusal by a gate or by the ledger of intervals.
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
