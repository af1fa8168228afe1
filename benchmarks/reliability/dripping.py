"""A server that answers every request with one byte after another, for ever."""

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Starts the server, which serves one client.

    Yields:
        Its address.
    """
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            # Each byte starts the client's timeout anew.
            while not over.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            over.set()
