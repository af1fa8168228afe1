"""What several rooms' tests share: a valid configuration to vary, real weights."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import newsdesk.legacy_keras  # noqa: F401  before any test imports TensorFlow
from newsdesk.config.sections import Config
from tests.support import first_run as first_runs

pytest_plugins = ["tests.support.versions"]
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture
def repository() -> Path:
    """The root of the clone."""
    return REPOSITORY


@pytest.fixture(scope="session")
def minilm() -> Path:
    """A small pretrained BERT, in the folder that `make weights` fills."""
    folder = REPOSITORY / "weights" / "minilm"
    if not folder.is_dir():
        pytest.skip("no weights/minilm; `make weights` brings it")
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the clone with data and answers to compare with."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no folder named shared beside the clone")
    return folder


@pytest.fixture(scope="session")
def make_config() -> Callable[..., Config]:
    """Builds a valid configuration of four classes; sections may be replaced."""

    def make(**sections: dict[str, Any]) -> Config:
        data = {
            "path": "/data/rows.csv",
            "text_columns": ["title", "body"],
            "label_column": "desk",
            "labels": ["World", "Sports", "Business", "Sci/Tech"],
            "schema_file": "/data/schema.pbtxt",
        }
        return Config.model_validate(
            {"name": "x", **sections, "data": data | sections.get("data", {})}
        )

    return make


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> first_runs.FirstRun:
    """A first run of the sample, which takes most of a minute."""
    return first_runs.run(tmp_path_factory.mktemp("first-run") / "root")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def default_sigint() -> Iterator[None]:
    """Python's own handler of Ctrl-C, which a shell's background jobs do not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def default_sighup() -> Iterator[None]:
    """The system's own handler of SIGHUP, which nohup takes away.

    For every test that interrupts something: afterwards SIGHUP is ignored.
    """
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
