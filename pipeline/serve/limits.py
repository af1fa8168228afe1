"""Refuses requests that are too large, or that come from another site's page."""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.serve.addresses import is_loopback
from pipeline.serve.requests import RequestError

MOST_BYTES = 4 << 20


async def body_of(request: Request) -> bytes:
    """Reads the body of a request.

    Args:
        request: the request.

    Returns:
        The body.

    Raises:
        RequestError: it has over MOST_BYTES bytes.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise RequestError(
                f"the body has over {MOST_BYTES:,} bytes; send fewer texts at once, or "
                "classify a file with `newsdesk predict --file`",
                413,
            )
    return bytes(body)


class LoopbackOnly:
    """Refuses requests to other host names than those of the loopback.

    A page of another site could let its own name point to 127.0.0.1, and then read the
    answers of this server (DNS rebinding).

    Args:
        app: gets all other requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http" or _is_local(scope["headers"]):
            await self._app(scope, receive, send)
            return
        words = "the Host header does not name this machine; use 127.0.0.1 or localhost"
        await JSONResponse({"error": words}, 403)(scope, receive, send)


def _is_local(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        return False
    (host,) = hosts
    name = host[1:].partition("]")[0] if host[:1] == "[" else host.partition(":")[0]
    return name.lower() == "localhost" or is_loopback(name)
