"""Folders in which publishers prepare versions, and claims to be the next version.

All of them are in `.pushes/` of the destination. A version is prepared in
`staging-<id>/model-<id>`. To publish it after version 7, `staging-<id>` is renamed to
`after-7`. If several publishers compared their models with version 7, only one of them
can do this, because no file system renames a folder over one that is not empty. This is
safe without locks, which not all hosts share. The model is then renamed to the new
version, but `after-7` stays for a day, so that a publisher that slept in the meantime
is refused.
"""

import errno
import os
import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from newsdesk.published import owner

_STAGING, _AFTER, _DEAD, _MODEL = "staging-", "after-", "dead-", "model-"
LOOK = ".look-"
# Next to the versions: staging folders of older releases, and `LOOK`.
_BESIDE = (".staging-", LOOK)
# The two renames of a publication are only milliseconds apart.
PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


@dataclass
class Staged:
    """A version in preparation.

    Attributes:
        above: the folder with the model and the file that names the owner.
        model: the folder to fill.
        lock: descriptor that locks the file of the owner.
    """

    above: Path
    model: Path
    lock: int


class Staging:
    """The folder `.pushes` of a destination.

    Args:
        root: the destination.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / ".pushes"

    def make(self) -> Staged:
        """Makes a folder to prepare a version in.

        Returns:
            The folder, empty and owned by this process.

        Raises:
            OSError: it cannot be made.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        name = uuid.uuid4().hex
        above = self.folder / f"{_STAGING}{name}"
        above.mkdir()
        lock = owner.claim(above)
        model = above / f"{_MODEL}{name}"
        model.mkdir()
        return Staged(above, model, lock)

    def succeed(
        self, staged: Staged, before: int | None, is_newest: Callable[[], bool]
    ) -> bool:
        """Claims to be the version after another one.

        Args:
            staged: from `make`; its folders move.
            before: the other version, None for the first one.
            is_newest: returns whether that version is still the newest.

        Returns:
            False if another version came after that one.

        Raises:
            OSError: the folder cannot be moved.
        """
        claim = self.folder / f"{_AFTER}{'nothing' if before is None else before}"
        until = time.monotonic() + PATIENCE_SECONDS
        while not renamed(staged.above, claim):
            is_used = not _models(claim)
            if not is_newest():
                return False
            # A used claim after the newest version: its version was removed by hand.
            is_left = is_used or owner.is_dead(claim, _now(staged))
            if is_left or time.monotonic() > until:
                # If the owner is alive, it finds no model there, and publishes nothing.
                self._remove(claim)
            else:
                time.sleep(_PAUSE_SECONDS)
        staged.above, staged.model = claim, claim / staged.model.name
        # Checks again, because `sweep` may have removed the claim of an old version.
        return is_newest()

    def discard(self, staged: Staged) -> None:
        """Removes a prepared version that will not be published.

        Args:
            staged: from `make`.
        """
        self._remove(staged.model)
        if staged.above.name.startswith(_STAGING):
            self._remove(staged.above)
        os.close(staged.lock)

    def sweep(self, staged: Staged, newest: int | None) -> None:
        """Removes leftovers of dead publishers, and claims that are a day old.

        Args:
            staged: from `make`; used to get the time of the file system.
            newest: the newest version; the claim to follow it is kept.
        """
        now = _now(staged)
        current = f"{_AFTER}{'nothing' if newest is None else newest}"
        for path in [*self.folder.iterdir(), *self._root.iterdir()]:
            name = path.name
            is_old = owner.age(path, now) > owner.GRACE_SECONDS
            if (
                name.startswith(_DEAD)
                or (name.startswith(_STAGING) and owner.is_dead(path, now))
                or (name.startswith(_AFTER) and name != current and is_old)
                or (name.startswith(_BESIDE) and is_old)
            ):
                self._remove(path)

    def _remove(self, folder: Path) -> None:
        """Deletes a folder so that its owner, if alive, cannot publish half of it.

        Only one can succeed: the rename of the owner or the rename here, whatever name
        the folder above has at that time.
        """
        aside = self._aside(folder)
        if aside is None:
            return
        for model in _models(aside):
            if taken := self._aside(aside / model):
                shutil.rmtree(taken, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)

    def _aside(self, folder: Path) -> Path | None:
        aside = self.folder / f"{_DEAD}{uuid.uuid4().hex}"
        try:
            folder.rename(aside)
        except OSError:
            # It does not exist, or another publisher renamed it first.
            return None
        return aside


def renamed(folder: Path, to: Path) -> bool:
    """Renames a folder, unless another one has that name.

    Args:
        folder: what to rename.
        to: its name from now on.

    Returns:
        Whether it was renamed.

    Raises:
        OSError: it cannot be renamed for another reason.
    """
    try:
        folder.rename(to)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _models(folder: Path) -> list[str]:
    with suppress(OSError):
        return [name for name in os.listdir(folder) if name.startswith(_MODEL)]
    return []


def _now(staged: Staged) -> float:
    """The time by the clock of the file system, which all hosts share."""
    file = staged.above / owner.FILE
    os.utime(file)
    return os.stat(file).st_mtime
