"""Folders in which publishers prepare versions, and the right to be the next version.

All of it lies in `.pushes/` of the destination. A version is prepared in
`staging-<id>/model-<id>`. To publish it after version 7, `staging-<id>` is renamed to
`after-7`: of several publishers that compared their models with version 7 only one can
do that, because no file system renames a folder over one that is not empty. What makes
this safe is rename alone, since locks are not shared between all hosts. The folder
stays for a day after its model was renamed to the version, so that a publisher that
slept meanwhile is refused.
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
# Beside the versions: what former releases staged there, and `LOOK`.
_BESIDE = (".staging-", LOOK)
# Between the two renames of a publication lie milliseconds.
PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.05


@dataclass
class Staged:
    """A version in preparation.

    Attributes:
        above: holds the model, and the file that says who owns it.
        model: the folder to fill.
        lock: of that file.
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
        """Takes the right to be the version after another one.

        Args:
            staged: from `make`; its folders move.
            before: the other version, None for the first one.
            is_newest: tells whether that version is still the newest.

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
            # Used, and yet the newest: what came after it was removed by hand.
            is_left = is_used or owner.is_dead(claim, _now(staged))
            if is_left or time.monotonic() > until:
                # An owner that still lives finds no model there, and publishes nothing.
                self._remove(claim)
            else:
                time.sleep(_PAUSE_SECONDS)
        staged.above, staged.model = claim, claim / staged.model.name
        # The folder of a publication that long ago was done may have been swept.
        return is_newest()

    def discard(self, staged: Staged) -> None:
        """Removes what was prepared and will not be published.

        Args:
            staged: from `make`; what was published is not there any more.
        """
        self._remove(staged.model)
        if staged.above.name.startswith(_STAGING):
            self._remove(staged.above)
        os.close(staged.lock)

    def sweep(self, staged: Staged, newest: int | None) -> None:
        """Removes what dead publishers and publications of long ago left.

        Args:
            staged: from `make`; tells the time of the file system.
            newest: the newest version; the right to come after it is not touched.
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
        """Deletes a folder so that its owner, if it lives, cannot publish half of it.

        The owner's rename and this one exclude each other, whichever name the folder
        above has by then.
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
            # Another publisher was quicker, or will be.
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
    """The time by the clock of the file system, which other hosts share."""
    file = staged.above / owner.FILE
    os.utime(file)
    return os.stat(file).st_mtime
