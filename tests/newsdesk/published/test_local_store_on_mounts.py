"""Publishers on two hosts, which share a folder but not its locks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk.errors import ModelError
from newsdesk.published.local_store import LocalStore
from tests.support import mounts
from tests.support.versions import Publish

pytestmark = pytest.mark.slow

_STAGES = """
import sys
from pathlib import Path
from newsdesk.published.local_store import LocalStore
print(LocalStore(Path(sys.argv[1])).stage(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[list[LocalStore]]:
    """A destination as two hosts see it."""
    if reason := mounts.reason_against_mirrors():
        pytest.skip(reason)
    folder, *ats = (tmp_path / name for name in ("folder", "first", "second"))
    for path in (folder, *ats):
        path.mkdir()
    with mounts.mirrored(folder, ats[0]), mounts.mirrored(folder, ats[1]):
        yield [LocalStore(at / "serving") for at in ats]


def test_the_staging_of_a_running_publisher_stays(
    hosts: list[LocalStore],
) -> None:
    first, second = hosts
    running = subprocess.Popen(
        [sys.executable, "-c", _STAGES, first.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    theirs = Path(running.stdout.readline().strip())
    # One host may remember for a second what the other one removed.
    seen = Path(second.address, *theirs.parts[-3:])
    second.stage()
    assert seen.is_dir()
    running.kill()
    running.communicate()
    second.stage()
    assert not seen.exists()


def test_one_of_two_publishers_follows_a_version(
    hosts: list[LocalStore], publish: Publish
) -> None:
    first, second = hosts
    before = publish(first)
    folder = second.stage()
    after = publish(first, graph=b"better")
    described = second.manifest(before)
    with pytest.raises(ModelError, match=f"version {after} came into service during"):
        second.publish(folder, described, before)
    assert second.versions() == [before, after]
