"""An unbroken run, and roots in which the same run has yet to do its last nodes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.reliability import weights
from newsdesk.errors import ExitCode
from tests.support import first_run, sample
from tests.support.first_run import FirstRun

# Another training than the first run's, with checkpoints often enough that a killed one
# has something to continue from; whether its model is better is another matter.
WORDS = (
    *("--set", "train.seed=2"),
    *("--set", "train.checkpoint_steps=10"),
    *("--set", "evaluation.max_drop=1"),
    *("--set", "evaluation.max_class_drop=1"),
)


class Unbroken(NamedTuple):
    """A run that came to its end, with the version of a first run in service before.

    Attributes:
        first: the run before it, in the same root.
        kept: a copy of the root as the run left it.
        seconds: that each node took, by name, in the order in which they run.
        learned: what it pushed.
    """

    first: FirstRun
    kept: Path
    seconds: dict[str, float]
    learned: weights.Learned

    @contextmanager
    def root_before(self, node: str | None) -> Iterator[Path]:
        """Makes the root as it was when the run had come to a node.

        The cache answers for the nodes before it. What the node and those after it
        made is missing, and the first run's version is in service.

        Args:
            node: its name; None keeps what every node made.

        Yields:
            The root, at the place of the first run's, because TFX's cache knows
            inputs by their absolute paths.
        """
        with _replaced(self.first.root, self.kept) as root:
            shutil.rmtree(root / "serving")
            shutil.copytree(self.first.kept / "serving", root / "serving")
            names = list(self.seconds)
            for name in names[names.index(node) :] if node else []:
                shutil.rmtree(root / "artifacts" / name, ignore_errors=True)
            yield root

    def is_equalled(self, root: Path) -> bool:
        """Whether the newest version of a root has the same weights and metrics."""
        found = weights.newest(root)
        return found is not None and found[1:] == self.learned[1:]


@contextmanager
def _replaced(root: Path, by: Path) -> Iterator[Path]:
    aside = root.with_name(f"{root.name}-aside")
    root.rename(aside)
    try:
        shutil.copytree(by, root, symlinks=True)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)
        aside.rename(root)


def run(first: FirstRun, kept: Path) -> Unbroken:
    """Runs once more after a first run.

    Args:
        first: the first run; its root is afterwards as before.
        kept: where to keep the root as the run leaves it; must not exist.

    Returns:
        What became of it.

    Raises:
        AssertionError: it pushed nothing; holds what it printed.
    """
    with _replaced(first.root, first.kept) as root:
        code, screen = sample.finish(root, *WORDS)
        learned = weights.newest(root)
        assert code == ExitCode.DONE, screen
        assert learned is not None, screen
        assert len(sample.versions(root)) == 2, screen
        seconds = {one["name"]: one["seconds"] for one in first.summary["nodes"]}
        for node in sample.summary(root)["nodes"]:
            if node["state"] == "done":
                seconds[node["name"]] = node["seconds"]
        shutil.copytree(root, kept, symlinks=True)
    return Unbroken(first, kept, seconds, learned)


@contextmanager
def prepared(name: str) -> Iterator[tuple[Unbroken, Path]]:
    """Runs twice in a folder of its own.

    Args:
        name: part of the folder's name.

    Yields:
        The unbroken run, and an empty folder.
    """
    with tempfile.TemporaryDirectory(prefix=f"newsdesk-{name}-") as folder:
        first = first_run.run(Path(folder, "first"))
        scratch = Path(folder, "scratch")
        scratch.mkdir()
        yield run(first, Path(folder, "unbroken")), scratch
