"""What all scenarios share: the image, a store of models, folders."""

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import yaml

from newsdesk.published.stores import store
from tests.e2e.kfp.engine import Engine
from tests.e2e.kfp.launcher import Launcher
from tests.e2e.kfp.object_store import ObjectStore
from tests.support import s3, sample

_BUCKET = "models"
_SAMPLE = "/opt/newsdesk/lib/python3.11/site-packages/pipeline/configs/sample.toml"
Metrics = dict[str, float]


class Range:
    """Compiles and runs the sample in the image, and finds its results.

    Args:
        engine: runs the containers.
        scratch: an empty folder.
    """

    def __init__(self, engine: Engine, scratch: Path) -> None:
        self.engine = engine
        self.scratch = scratch
        self.unbroken_files: list[str] = []

    def folder(self, name: str) -> Path:
        """Makes a folder that the user of the containers can write to."""
        folder = self.scratch / name
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    def unbroken(self) -> Metrics:
        """Returns the metrics of `newsdesk run` in the image."""
        return self.run_in(self.folder("local"))

    def run_in(self, folder: Path, *settings: str) -> Metrics:
        """Returns the metrics of `newsdesk run` in a folder, mounted at /out."""
        words = ["output.root=/out/root", *settings]
        changes = [part for word in words for part in ("--set", word)]
        self.engine.run(["newsdesk", "run", _SAMPLE, *changes], {folder: "/out"})
        versions = sample.versions(folder / "root")
        assert len(versions) == 1
        return versions.popitem()[1]

    def compiled(self, name: str, *changes: str) -> Path:
        """Compiles the sample with its own destination; returns the file."""
        folder = self.folder(f"compiled-{name}")
        words = [f"kubeflow.image={self.engine.image}", *changes]
        words.append(f"push.destination=s3://{_BUCKET}/{name}")
        settings = [part for word in words for part in ("--set", word)]
        command = ["newsdesk", "compile", _SAMPLE, *settings]
        self.engine.run([*command, "-o", "/out/pipeline.yaml"], {folder: "/out"})
        return folder / "pipeline.yaml"

    def launcher(self, name: str, pipeline: Path, checkpoints: Path) -> Launcher:
        """Makes a launcher of the compiled sample, with its own object store."""
        spec = next(yaml.safe_load_all(pipeline.read_text()))
        return Launcher(
            spec=spec,
            run_id=name,
            engine=self.engine,
            store=ObjectStore(self.folder(f"store-{name}")),
            scratch=self.folder(f"disks-{name}"),
            volumes={checkpoints: "/checkpoints"},
        )

    def pushed(self, name: str) -> list[Metrics]:
        """Returns the metrics of every version that was pushed to a destination."""
        found = store(f"s3://{_BUCKET}/{name}")
        return [found.verify(version).origin.metrics for version in found.versions()]


@contextlib.contextmanager
def models() -> Iterator[dict[str, str]]:
    """Starts a server with the API of S3; yields the environment variables for it."""
    import s3fs
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = s3.environment(f"http://{host}:{port}")
    os.environ.update(environment)
    s3fs.S3FileSystem().mkdir(_BUCKET)
    try:
        yield environment
    finally:
        server.stop()
