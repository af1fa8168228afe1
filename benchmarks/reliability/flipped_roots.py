"""Roots in which single bits are flipped, and the checks that runs make there."""

import contextlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.reliability import children, unbroken
from benchmarks.reliability.unbroken import Unbroken
from pipeline.local import database, outputs
from pipeline.local.database import ARTIFACTS, DATABASE
from tests.support import sample
from trainer.training import arrays
from trainer.training.checkpoints import Checkpoints

_CHECKPOINTS = "checkpoints"
_METADATA = "metadata"
# Patterns of the files of each kind, below a root.
_FILES = {
    "model": f"{ARTIFACTS}/Trainer/model/**/*",
    "transform graph": f"{ARTIFACTS}/Transform/transform_graph/**/*",
    "examples": f"{ARTIFACTS}/TextExampleGen/examples/**/*",
    "token ids": f"{ARTIFACTS}/Transform/transformed_examples/**/*",
    "other artifacts": f"{ARTIFACTS}/**/*",
    # Not what the killed training was still writing.
    _CHECKPOINTS: "checkpoints/*/[0-9]*.npz",
    _METADATA: DATABASE,
}
KINDS = tuple(_FILES)


class Flip(NamedTuple):
    """A bit of a file.

    Attributes:
        kind: of the file.
        file: its path below the root.
        byte: its place in the file.
        bit: in the byte.
    """

    kind: str
    file: str
    byte: int
    bit: int

    def do(self, root: Path) -> None:
        """Flips it; twice restores it."""
        with open(root / self.file, "r+b") as stream:
            stream.seek(self.byte)
            (before,) = stream.read(1)
            stream.seek(self.byte)
            stream.write(bytes([before ^ 1 << self.bit]))

    def __str__(self) -> str:
        return f"bit {self.bit} of byte {self.byte} of {self.file}"


class Roots:
    """A root in which all nodes have ended, and another whose training was killed.

    Args:
        whole: the unbroken run.
        scratch: an existing folder.
    """

    def __init__(self, whole: Unbroken, scratch: Path) -> None:
        self.whole = whole
        self._scratch = scratch
        self._training = scratch / "training"
        with whole.root_before("Trainer") as root:
            process = sample.start(root, *unbroken.WORDS)
            assert process.stdout is not None
            assert any(" epoch 1/" in line for line in process.stdout)
            # The training saves one more checkpoint, and then ends.
            children.kill_parent(process, "trainer.process")
            shutil.copytree(root, self._training, symlinks=True)

    def flips(self, count: int, seed: int = 13) -> list[Flip]:
        """Chooses bits, as many of each kind.

        Args:
            count: how many.
            seed: of the choice.

        Returns:
            The flips; the larger a file, the more of them are in it.
        """
        chance = random.Random(seed)
        found = []
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            root = self._root(kind)
            files = [file for file in sorted(root.glob(_FILES[kind])) if file.is_file()]
            (file,) = chance.choices(files, [one.stat().st_size for one in files])
            byte = chance.randrange(file.stat().st_size)
            name = str(file.relative_to(root))
            found.append(Flip(kind, name, byte, chance.randrange(8)))
        return found

    def answer(self, flip: Flip) -> str:
        """Asks the check that a run makes before it uses a file.

        Args:
            flip: of one of its bits; flipped back afterwards.

        Returns:
            "found"; "harmless" if every value that is read is the same; otherwise
            "unnoticed".
        """
        root = self._root(flip.kind)
        if flip.kind in (_CHECKPOINTS, _METADATA):
            with tempfile.TemporaryDirectory(dir=self._scratch) as copy:
                (Path(copy) / flip.file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / flip.file, Path(copy) / flip.file)
                flip.do(Path(copy))
                is_checkpoint = flip.kind == _CHECKPOINTS
                answer = _of_checkpoint if is_checkpoint else _of_database
                return answer(root, Path(copy), flip.file)
        flip.do(root)
        try:
            # artifacts/NODE/OUTPUT/EXECUTION, or that with the ending of digests.
            above = "/".join(flip.file.split("/")[:4]).removesuffix(outputs.DIGESTS)
            return "found" if outputs.difference(root / above) else "unnoticed"
        finally:
            flip.do(root)

    @contextlib.contextmanager
    def copied(self, flip: Flip) -> Iterator[Path]:
        """Flips a bit where the pipeline can run.

        Args:
            flip: what to flip.

        Yields:
            The root.
        """
        is_checkpoint = flip.kind == _CHECKPOINTS
        with self.whole.root_before("Trainer" if is_checkpoint else None) as root:
            if is_checkpoint:
                saved = self._training / _CHECKPOINTS
                shutil.copytree(saved, root / _CHECKPOINTS, dirs_exist_ok=True)
            flip.do(root)
            yield root

    def _root(self, kind: str) -> Path:
        return self._training if kind == _CHECKPOINTS else self.whole.kept


def _of_checkpoint(root: Path, flipped: Path, file: str) -> str:
    before = arrays.read(root / file)
    assert before is not None
    after = Checkpoints((flipped / file).parent).restore(dict)
    if after is None:
        # Where it would count as one of the newest two it must not stay.
        return "unnoticed" if (flipped / file).exists() else "found"
    is_same = before.keys() == after.keys() and all(
        (value.dtype, value.tobytes()) == (after[name].dtype, after[name].tobytes())
        for name, value in before.items()
    )
    return "harmless" if is_same else "unnoticed"


def _of_database(root: Path, flipped: Path, file: str) -> str:
    # Without artifacts an empty file would be a new root.
    (flipped / ARTIFACTS / "node" / "output" / "1").mkdir(parents=True)
    if database.fault(flipped):
        return "found"
    return "harmless" if _rows(root / file) == _rows(flipped / file) else "unnoticed"


def _rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a database holds; as bytes, because not all is UTF-8 after a flip."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master ORDER BY name"
        ).fetchall()
        rows = {"": tables}
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall():
            text = name.decode("utf-8", "surrogateescape")
            rows[text] = connection.execute(f"SELECT * FROM `{text}`").fetchall()
    return rows
