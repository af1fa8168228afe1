"""Runs the web application until a signal asks it to stop."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from newsdesk.signals import at_first_signal

# A request that takes longer than this is given up when the server stops.
_SECONDS_TO_FINISH = 60
# Clients keep connections; one that is closed just as they use it loses a request.
_SECONDS_KEPT = 75
_MOST_CONNECTIONS = 256


def serve(app: ASGIApp, made: socket.socket) -> None:
    """Answers requests until SIGINT, SIGTERM or SIGHUP; finishes those that have begun.

    A second signal has its default effect.

    Args:
        app: the application.
        made: a bound socket.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_SECONDS_KEPT,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        server_header=False,
    )
    _Server(config).run(sockets=[made])


class _Server(uvicorn.Server):
    """Ends normally after a signal; uvicorn would raise the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Overrides uvicorn.Server.capture_signals."""
        with at_first_signal(lambda _: self._stop(), is_last_work=True):
            yield

    def _stop(self) -> None:
        self.should_exit = True
