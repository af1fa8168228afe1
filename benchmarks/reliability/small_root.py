"""A root on a small file system, which faults are done to and which is put back."""

import contextlib
import csv
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from newsdesk.errors import ExitCode, ModelError
from tests.support import first_run, mounts, sample
from tests.support.first_run import FirstRun

_MEBIBYTES = 64
# Whether a candidate is good enough is another matter than whether it comes to be one.
_WORDS = ("--set", "evaluation.max_drop=1", "--set", "evaluation.max_class_drop=1")


class Place(NamedTuple):
    """A root on a small file system, with one version in service.

    Attributes:
        mount: where the file system lies.
        root: on it.
        saved: a copy of the root, from which it is put back.
        words: of a run that has other data than the one before.
    """

    mount: Path
    root: Path
    saved: Path
    words: tuple[str, ...]

    def save(self) -> None:
        """Keeps the root as it is."""
        shutil.rmtree(self.saved, ignore_errors=True)
        shutil.copytree(self.root, self.saved, symlinks=True)

    def restore(self) -> None:
        """Puts the root back to what was kept."""
        shutil.rmtree(self.root)
        shutil.copytree(self.saved, self.root, symlinks=True)

    def published(self) -> dict[int, dict[str, float]]:
        """The versions; none where one is broken."""
        try:
            return sample.versions(self.root)
        except ModelError:
            return {}

    def pushes(self) -> bool:
        """Whether a run pushes one version more; puts the root back afterwards."""
        before = len(self.published())
        code, _ = sample.finish(self.root, *self.words)
        pushed = len(self.published()) - before
        self.restore()
        return code == ExitCode.DONE and pushed == 1

    def written(self, node: str) -> int:
        """Bytes that a node writes, by what lies there of the run before."""
        # The first run has no baseline to copy, and the push leaves no artifact.
        is_model = node in ("BaselineModel", "Pusher")
        folder = self.root / ("serving" if is_model else f"artifacts/{node}")
        return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


@contextlib.contextmanager
def prepared(first: FirstRun) -> Iterator[Place]:
    """Mounts a small file system, with a root in which the sample was run.

    Args:
        first: the run.

    Yields:
        The place.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-resources-") as scratch:
        mount, rows = Path(scratch, "small"), Path(scratch, "rows.csv")
        mount.mkdir()
        with open(
            sample.SAMPLE.parents[1] / "sample" / "sample.csv", newline=""
        ) as all:
            kept = list(csv.reader(all))[:-20]
        with open(rows, "w", newline="") as stream:
            csv.writer(stream).writerows(kept)
        words = (*_WORDS, "--set", f"data.path={rows}")
        with mounts.tmpfs(mount, _MEBIBYTES):
            place = Place(mount, mount / "root", Path(scratch, "saved"), words)
            first_run.copy(first, place.root)
            place.save()
            yield place
