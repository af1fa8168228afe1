"""Serves a model from its first request to the signal that stops the server."""

import socket
import time
from collections.abc import Callable

from pipeline.predict.find_model import Pushed
from pipeline.serve import addresses
from pipeline.serve.app import application
from pipeline.serve.in_service import InService
from pipeline.serve.limits import LoopbackOnly
from pipeline.serve.loading import Loaded
from pipeline.serve.server import serve
from pipeline.serve.watcher import Watcher
from pipeline.terminal import output

_WAITING = 1024


def run(
    name: str,
    loaded: Loaded,
    address: str | None,
    made: socket.socket,
    load: Callable[[Pushed], Loaded],
    say: Callable[[str], None],
) -> None:
    """Serves until a signal arrives.

    Args:
        name: of the model in addresses.
        loaded: the first version.
        address: where newer versions appear; None if there are none.
        made: a bound socket.
        load: loads a newer version.
        say: prints a line.
    """
    model = InService(name, loaded)
    watcher = Watcher(model, address, load, _timed(say)) if address else None
    app = application(model)
    is_local = addresses.is_loopback(made.getsockname()[0])
    above = addresses.url(made)
    # From now on, requests wait until they are answered.
    made.listen(_WAITING)
    say(f"version {loaded.version} is in service; Ctrl-C stops the server")
    say(f"page     {above}/")
    say(f"REST     {above}/v1/models/{name}:predict")
    if watcher:
        watcher.start()
    try:
        serve(LoopbackOnly(app) if is_local else app, made)
    finally:
        if watcher:
            watcher.stop()
        model.close()
        # A terminal that nobody reads must not keep the server alive.
        output.set_ending(True)
    say(f"stopped after {model.answered:,} answers")


def _timed(say: Callable[[str], None]) -> Callable[[str], None]:
    """Adds the time to lines that may come hours after the others."""
    return lambda line: say(f"{time.strftime('%H:%M:%S')} {line}")
