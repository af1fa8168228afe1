"""Damage to versions, to files of a root, and what people leave in a destination."""

import os
import shutil
from pathlib import Path

from benchmarks.reliability.stepped_world import World, fresh_name
from newsdesk.published import manifest

ALTERED, UNREADABLE, GONE = "altered", "unreadable", "gone"
VERSIONS = {
    "flip": ALTERED,
    "remove": ALTERED,
    "add": ALTERED,
    "pipe": ALTERED,
    "link": ALTERED,
    "manifest: flip": UNREADABLE,
    "manifest: remove": UNREADABLE,
    "manifest: pipe": UNREADABLE,
    "manifest: link": UNREADABLE,
    "manifest: folder": UNREADABLE,
    "all: pipe": GONE,
    "all: link": GONE,
    "all: remove": GONE,
}
STRAYS = ["notes", ".pushes/notes", ".claims/notes", ".claims/after-nothing-0", "007"]
STRAYS += ["empty version", ".graphs/notes", ".retired/notes", ".claims/a/b"]


def version(world: World, address: str, number: int, kind: str, chance: int) -> str:
    """Damages a version.

    Args:
        world: holds the object store.
        address: above the versions.
        number: of the version.
        kind: of `VERSIONS`; an object store knows no links and pipes.
        chance: decides which file and bit.

    Returns:
        `ALTERED`, `UNREADABLE` where that concerns the manifest, `GONE` where no reader
        sees a version any more, "" where nothing was done.
    """
    what, _, how = kind.rpartition(": ")
    if "://" in address:
        return _objects(world, f"/place/{number}", what, how, chance)
    folder = Path(address, str(number))
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if not files:
        return ""
    if what == "all":
        shutil.rmtree(folder)
        _put(folder, how)
    elif what:
        if not (folder / manifest.FILE).is_file():
            return ""
        spoil(folder / manifest.FILE, how, chance)
    else:
        files = [file for file in files if file != folder / manifest.FILE]
        if not files:
            return ""
        spoil(files[chance % len(files)], how, chance)
    return VERSIONS[kind]


def spoil(file: Path, how: str, chance: int) -> None:
    """Damages a file.

    Args:
        file: a regular one.
        how: flip, cut, remove, add, pipe, link or folder.
        chance: decides which bit.
    """
    if how == "flip":
        file.write_bytes(_flipped(file.read_bytes(), chance))
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif how == "add":
        file.with_name(f"added-{fresh_name()}").write_text("")
    else:
        file.unlink()
        _put(file, how)


def stray(world: World, address: str, kind: str, newest: int) -> str:
    """Puts something into a destination that no push made.

    Args:
        world: holds the object store.
        address: above the versions.
        kind: of `STRAYS`.
        newest: version.

    Returns:
        Its path.
    """
    name = str(newest + 10) if kind == "empty version" else kind
    if "://" not in address:
        path = Path(address, name)
        path.mkdir(parents=True, exist_ok=True)
        return str(path)
    objects = world.objects
    path = f"/place/{name}"
    path += "/saved_model.pb" if name.isdigit() else ""
    # A decision of a push is not overwritten, and a folder is not an object.
    for name in objects.store:
        if f"{path}/".startswith(f"{name}/") or name.startswith(f"{path}/"):
            return ""
    objects.pipe_file(path, b"left by somebody")
    return path


def are_there(world: World, strays: list[str]) -> bool:
    """Looks whether everything that `stray` made is left.

    Args:
        world: holds the object store.
        strays: paths.

    Returns:
        Whether all are.
    """
    return all(
        not path or os.path.lexists(path) or path in world.objects.store
        for path in strays
    )


def _objects(world: World, above: str, what: str, how: str, chance: int) -> str:
    objects = world.objects
    files = sorted(name for name in objects.store if name.startswith(f"{above}/"))
    written = f"{above}/{manifest.FILE}"
    if how not in ("flip", "remove", "add") or written not in files:
        return ""
    if what == "all" or (what and how == "remove"):
        for file in files if what == "all" else [written]:
            del objects.store[file]
        return GONE
    others = [file for file in files if file != written]
    if not others:
        return ""
    file = written if what else others[chance % len(others)]
    if how == "add":
        objects.pipe_file(f"{above}/added-{fresh_name()}", b"")
    elif how == "remove":
        del objects.store[file]
    else:
        objects.pipe_file(file, _flipped(objects.cat_file(file), chance))
    return UNREADABLE if what else ALTERED


def _put(path: Path, how: str) -> None:
    """Puts something else where a file or a folder was."""
    if how == "pipe":
        os.mkfifo(path)
    elif how == "link":
        path.symlink_to("nowhere")
    elif how == "folder":
        path.mkdir()


def _flipped(content: bytes, chance: int) -> bytes:
    if not content:
        return b"x"
    altered = bytearray(content)
    altered[chance % len(content)] ^= 1 << chance % 8
    return bytes(altered)
