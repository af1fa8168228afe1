"""Prism, which is Beam's own runner, and workers that are containers of the image."""

import contextlib
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.e2e.kfp.engine import WRITABLE, Engine

_SECONDS_TO_START = 120


@contextlib.contextmanager
def prism(program: Path, port: int) -> Iterator[None]:
    """Serves Beam's job API.

    Args:
        program: Prism's executable.
        port: of the job API.

    Yields:
        When it accepts jobs.
    """
    command = [program, f"--job_port={port}", "--serve_http=false"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def worker(
    engine: Engine, port: int, shared: Path | None = None
) -> Iterator[Callable[[], None]]:
    """Starts a container with a pool of workers.

    Args:
        engine: the image, and the variables that lead to the store.
        port: of the pool.
        shared: the only folder that is mounted, at /out; None for none.

    Yields:
        A function that kills the container.
    """
    name = f"newsdesk-worker-{uuid.uuid4().hex[:8]}"
    command = ["podman", "run", "--rm", "--detach", "--name", name, "--network=host"]
    command += ["--read-only", "--cap-drop=ALL"]
    command += [f"--tmpfs={folder}:rw,exec,mode=1777" for folder in WRITABLE]
    command += [f"--env={key}={value}" for key, value in engine.environment.items()]
    command += [f"--volume={shared}:/out"] if shared else []
    program = ["python", "-m", "kubeflow.worker", f"--service_port={port}"]
    subprocess.run([*command, engine.image, *program], check=True, capture_output=True)

    def kill() -> None:
        subprocess.run(["podman", "kill", "--signal", "KILL", name], check=True)

    try:
        _wait_for(port)
        yield kill
    finally:
        subprocess.run(["podman", "rm", "--force", "--time=0", name], check=False)


def _wait_for(port: int) -> None:
    late = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < late:
        with contextlib.suppress(OSError), socket.create_connection(("::1", port)):
            return
        with contextlib.suppress(OSError), socket.create_connection(("127.1", port)):
            return
        time.sleep(0.2)
    raise RuntimeError(f"nothing listens at port {port}")
