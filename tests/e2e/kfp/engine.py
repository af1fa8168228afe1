"""Containers of the image, held by podman as a careful cluster holds them."""

import contextlib
import os
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.sample import REPOSITORY

# Nothing of the image may be written to but what a cluster mounts there.
WRITABLE = ("/home/newsdesk", "/tmp")
_SECONDS_TO_START = 30


class ContainerFailed(Exception):
    """A container ended with another code than 0."""


class ContainerKilled(ContainerFailed):
    """A container was killed, as it was asked for."""


@dataclass(frozen=True)
class Engine:
    """Runs containers of one image.

    Attributes:
        image: its name, with the tag.
        environment: of every container.
    """

    image: str
    environment: Mapping[str, str]

    def run(
        self,
        command: Sequence[str],
        volumes: Mapping[Path, str],
        kill_after: float | None = None,
    ) -> str:
        """Runs one container to its end, or kills it.

        Args:
            command: replaces the image's own.
            volumes: folders of this machine, and where they are mounted.
            kill_after: seconds from the start to SIGKILL; None lets it run.

        Returns:
            What it printed.

        Raises:
            ContainerKilled: it was killed.
            ContainerFailed: it ended with an error.
        """
        name = f"newsdesk-{uuid.uuid4().hex[:12]}"
        process = subprocess.Popen(
            ["podman", "run", "--rm", "--name", name, *self._options(volumes)]
            + [self.image, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        kind = ContainerFailed
        try:
            said, _ = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            kind = ContainerKilled
            kill = ["podman", "kill", "--signal", "KILL", name]
            subprocess.run(kill, capture_output=True)
            said, _ = process.communicate()
        if process.returncode:
            raise kind(said)
        return said

    def _options(self, volumes: Mapping[Path, str]) -> Iterator[str]:
        yield from ("--network=host", "--read-only", "--cap-drop=ALL")
        for folder in WRITABLE:
            yield f"--tmpfs={folder}:rw,mode=1777"
        for folder, place in volumes.items():
            yield f"--volume={folder}:{place}"
        for name, value in self.environment.items():
            yield f"--env={name}={value}"


@contextlib.contextmanager
def docker_host() -> Iterator[str]:
    """Lets podman answer as Docker does; yields what DOCKER_HOST is to say."""
    with tempfile.TemporaryDirectory(prefix="newsdesk-podman-") as folder:
        socket = Path(folder, "socket")
        service = subprocess.Popen(
            ["podman", "system", "service", "--time=0", f"unix://{socket}"]
        )
        try:
            late = time.monotonic() + _SECONDS_TO_START
            while not socket.exists():
                if service.poll() is not None or time.monotonic() > late:
                    raise ContainerFailed("podman's service did not start")
                time.sleep(0.1)
            yield f"unix://{socket}"
        finally:
            service.terminate()
            service.wait()


def sdk_python() -> str:
    """The interpreter of the environment that scripts/kfp-e2e makes."""
    return os.environ.get("KFP_PYTHON", str(REPOSITORY / ".image/kfp/bin/python"))
