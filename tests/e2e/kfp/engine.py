"""Runs containers with podman, under the restrictions of a careful cluster."""

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

# The image is read-only, except for the folders that a cluster mounts.
WRITABLE = ("/home/newsdesk", "/tmp")
_SECONDS_TO_START = 30


class ContainerFailed(Exception):
    """A container ended with an exit code other than 0."""


class ContainerKilled(ContainerFailed):
    """A container was killed because the caller requested it."""


@dataclass(frozen=True)
class Engine:
    """Runs containers of one image.

    Attributes:
        image: the name of the image, with the tag.
        environment: the environment variables of every container.
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
            command: replaces the command of the image.
            volumes: folders of this machine, and where they are mounted.
            kill_after: seconds from the start to SIGKILL; None for no kill.

        Returns:
            The output of the container.

        Raises:
            ContainerKilled: the container was killed.
            ContainerFailed: the container ended with an error.
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
            output, _ = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            kind = ContainerKilled
            kill = ["podman", "kill", "--signal", "KILL", name]
            subprocess.run(kill, capture_output=True)
            output, _ = process.communicate()
        if process.returncode:
            raise kind(output)
        return output

    def _options(self, volumes: Mapping[Path, str]) -> Iterator[str]:
        yield from ("--network=host", "--read-only", "--cap-drop=ALL")
        for folder in WRITABLE:
            yield f"--tmpfs={folder}:rw,mode=1777"
        for folder, target in volumes.items():
            yield f"--volume={folder}:{target}"
        for name, value in self.environment.items():
            yield f"--env={name}={value}"


@contextlib.contextmanager
def docker_host() -> Iterator[str]:
    """Starts podman's service with Docker's API; yields the value of DOCKER_HOST."""
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
    """Returns the interpreter of the environment that scripts/kfp-e2e makes."""
    return os.environ.get("KFP_PYTHON", str(REPOSITORY / ".image/kfp/bin/python"))
