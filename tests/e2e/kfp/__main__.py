"""The compiled sample in containers: `python -m tests.e2e.kfp` prints what it saw.

`sdk` runs it with the runner of KFP's SDK, `minio` with artifacts in an object store,
`kills` with every container killed once and a second run after it. Each is judged by
the version that it has pushed, whose metrics must be those of `newsdesk run` in the
same image.
"""

import argparse
import contextlib
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from pipeline.published.places import store
from tests.e2e.kfp.engine import (
    WRITABLE,
    ContainerFailed,
    ContainerKilled,
    Engine,
    docker_host,
    sdk_python,
)
from tests.e2e.kfp.launcher import Launcher
from tests.e2e.kfp.object_store import ObjectStore
from tests.faults import sample

_BUCKET = "models"
_TOLERANCE = 1e-3
_MOST_SECONDS = 20.0
# What judges a candidate against a model in service.
_SECOND_RUN = (
    "baseline-model",
    "text-statistics",
    "data-gate",
    "predictions",
    "evaluator",
    "pusher",
)
Metrics = dict[str, float]


class Range:
    """What all scenarios share: the image, a store of models, a scratch folder.

    Args:
        engine: runs the containers.
        scratch: an empty folder.
    """

    def __init__(self, engine: Engine, scratch: Path) -> None:
        self.engine = engine
        self.scratch = scratch
        self.unbroken_files: set[str] = set()

    def folder(self, name: str) -> Path:
        """Makes a folder in which the containers' user may write."""
        folder = self.scratch / name
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    def unbroken(self) -> Metrics:
        """What `newsdesk run` in the image comes to."""
        folder = self.folder("local")
        self.engine.run(
            ["newsdesk", "run", *_configuration(), "--set", "output.root=/out/root"],
            {folder: "/out"},
        )
        versions = sample.versions(folder / "root")
        assert len(versions) == 1
        return versions.popitem()[1]

    def compiled(self, name: str, *changes: str) -> Path:
        """Compiles the sample for a destination of its own; gives the file."""
        folder = self.folder(f"compiled-{name}")
        words = [f"kubeflow.image={self.engine.image}", *changes]
        words.append(f"push.destination=s3://{_BUCKET}/{name}")
        settings = [part for word in words for part in ("--set", word)]
        command = ["newsdesk", "compile", *_configuration(), *settings]
        self.engine.run([*command, "-o", "/out/pipeline.yaml"], {folder: "/out"})
        return folder / "pipeline.yaml"

    def launcher(self, name: str, pipeline: Path, checkpoints: Path) -> Launcher:
        """A launcher of the compiled sample, with a store of its own."""
        spec = next(yaml.safe_load_all(pipeline.read_text()))
        return Launcher(
            spec,
            self.engine,
            ObjectStore(self.folder(f"store-{name}")),
            self.folder(f"disks-{name}"),
            name,
            {checkpoints: "/checkpoints"},
        )


def sdk(range_: Range) -> list[Metrics]:
    """Runs with the SDK's runner; the metrics of every version it has pushed."""
    pipeline, root = range_.compiled("sdk"), range_.folder("root")
    with docker_host() as address:
        asked = {
            "pipeline": str(pipeline),
            "root": str(root),
            "environment": range_.engine.environment,
            "writable": WRITABLE,
        }
        runner = str(Path(__file__).with_name("sdk_runner.py"))
        done = subprocess.run(
            [sdk_python(), runner, json.dumps(asked)],
            env=os.environ | {"DOCKER_HOST": address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        print(done.stdout)
    return _pushed("sdk")


def minio(range_: Range) -> list[Metrics]:
    """Runs with artifacts in an object store; the metrics of what was pushed."""
    launcher = _with_checkpoints(range_, "minio")
    for task in launcher.order:
        launcher.attempt(task)
    range_.unbroken_files = launcher.files()
    return _pushed("minio")


def kills(range_: Range) -> list[Metrics]:
    """Kills every container once at a random moment; the metrics of what was pushed.

    After it a second run meets the model in service, and pushes nothing.
    """
    launcher = _with_checkpoints(range_, "kills")
    chance = random.Random(5)
    for task in launcher.order:
        moment = _killed(launcher, task, chance)
        began = time.monotonic()
        launcher.attempt(task)
        lasted = time.monotonic() - began
        print(f"  {task}: killed after {moment:.1f} s, then done in {lasted:.0f} s")
    if range_.unbroken_files:
        differ = range_.unbroken_files ^ launcher.files()
        assert not differ, f"a second output lies beside the first: {sorted(differ)}"
        print(f"  the same {len(launcher.files())} files as without a kill")
    pushed = _pushed("kills")
    for task in _SECOND_RUN:
        launcher.attempt(task)
    (again,) = launcher.outputs("pusher")["pushed_model"]
    print(f"  a second run: {again['metadata']}")
    assert _pushed("kills") == pushed, "the second run pushed the same model again"
    return pushed


def _killed(launcher: Launcher, task: str, chance: random.Random) -> float:
    """Kills a task's container at a random moment, and tells how late that was.

    One that ends before is tried again, as a cluster does that has lost the end of it.
    """
    limit = _MOST_SECONDS
    while True:
        moment = chance.uniform(1.0, limit)
        began = time.monotonic()
        try:
            launcher.attempt(task, kill_after=moment)
        except ContainerKilled:
            return moment
        limit = min(moment, time.monotonic() - began)


def _with_checkpoints(range_: Range, name: str) -> Launcher:
    pipeline = range_.compiled(
        name,
        'kubeflow.volumes={"/checkpoints" = "newsdesk-checkpoints"}',
        "output.checkpoints=/checkpoints",
        "train.checkpoint_steps=10",
    )
    return range_.launcher(name, pipeline, range_.folder(f"checkpoints-{name}"))


def _configuration() -> list[str]:
    return ["/opt/newsdesk/lib/python3.11/site-packages/pipeline/configs/sample.toml"]


def _pushed(name: str) -> list[Metrics]:
    place = store(f"s3://{_BUCKET}/{name}")
    return [place.verify(version).origin.metrics for version in place.versions()]


@contextlib.contextmanager
def models() -> Iterator[dict[str, str]]:
    """A store that answers like S3; yields the environment in which it is found."""
    import s3fs
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    os.environ.update(environment)
    s3fs.S3FileSystem().mkdir(_BUCKET)
    try:
        yield environment
    finally:
        server.stop()


SCENARIOS: dict[str, Callable[[Range], list[Metrics]]] = {
    "sdk": sdk,
    "minio": minio,
    "kills": kills,
}


def main() -> None:
    """Runs the scenarios, and prints a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image")
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS))
    asked = parser.parse_args()
    failed = 0
    with models() as environment, tempfile.TemporaryDirectory() as scratch:
        range_ = Range(Engine(asked.image, environment), Path(scratch))
        Path(scratch).chmod(0o755)
        expected = range_.unbroken()
        print(f"newsdesk run in the image: {_short(expected)}", flush=True)
        for name in asked.scenarios:
            began = time.monotonic()
            try:
                pushed = SCENARIOS[name](range_)
            except ContainerFailed as error:
                print(error)
                pushed = []
            equal = len(pushed) == 1 and _agree(pushed[0], expected)
            failed += not equal
            print(
                f"{name}: {len(pushed)} version pushed, "
                f"{_short(pushed[0]) if pushed else 'no metrics'}: "
                f"{'equal' if equal else 'NOT EQUAL'}, "
                f"{time.monotonic() - began:.0f} s",
                flush=True,
            )
    ran = len(asked.scenarios)
    print(f"{ran - failed} of {ran} ways through containers came to the same result")
    sys.exit(bool(failed))


def _agree(found: Metrics, expected: Metrics) -> bool:
    return found.keys() == expected.keys() and all(
        abs(found[name] - expected[name]) <= _TOLERANCE for name in expected
    )


def _short(metrics: dict[str, Any]) -> str:
    names = ("accuracy", "macro_f1", "loss")
    return ", ".join(f"{name} {metrics[name]:.4f}" for name in names if name in metrics)


if __name__ == "__main__":
    main()
