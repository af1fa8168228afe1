"""Remembers which installation was begun and which was finished."""

import hashlib
import os
import shutil


def stamp_key(root: str, venv: str, lane: str) -> str:
    """All that an installation depends on, as one line that begins with the lane.

    Args:
        root: the folder of the clone, with pyproject.toml and uv.lock.
        venv: the folder of the virtual environment, which cannot be moved.
        lane: the name of the lane.
    """
    digest = hashlib.sha256(venv.encode())
    for name in ("pyproject.toml", "uv.lock"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return f"{lane} {digest.hexdigest()}"


def installed_lane(root: str, venv: str, wanted: str) -> str:
    """The lane that is installed and up to date, or "" where there is work to do.

    Args:
        root: the folder of the clone.
        venv: the folder of the virtual environment.
        wanted: the lane that the user asked for, or "" for any.
    """
    stamp = _read_stamp(venv)
    lane = stamp.partition(" ")[0]
    fits = stamp and wanted in ("", lane) and stamp == stamp_key(root, venv, lane)
    return lane if fits and _has_python(venv) else ""


def prepare(folder: str, venv: str, lane: str) -> str:
    """Takes away what an installation of ours that did not end has left.

    It may hold half-written packages that uv takes for whole ones. An environment
    that somebody else made is left to uv, which updates it in place.

    Args:
        folder: our folder, which remembers that an installation has begun.
        venv: the folder of the virtual environment.
        lane: the name of the lane.

    Returns:
        The file to remove when the installation is finished.
    """
    name = hashlib.sha256(venv.encode()).hexdigest()[:16]
    begun = os.path.join(folder, f"unfinished-{name}")
    stamp = _read_stamp(venv)
    ours = os.path.exists(begun) or stamp.partition(" ")[0] not in ("", lane)
    with open(begun, "w", encoding="utf-8") as file:
        file.write(venv)
    if stamp:
        os.remove(os.path.join(venv, ".newsdesk"))
    if ours and os.path.isdir(venv) and not os.path.islink(venv):
        shutil.rmtree(venv)
    return begun


def _read_stamp(venv: str) -> str:
    try:
        with open(os.path.join(venv, ".newsdesk"), encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _has_python(venv: str) -> bool:
    return os.path.exists(os.path.join(venv, "bin", "python"))


def finish(root: str, venv: str, lane: str, begun: str) -> None:
    """Leaves the stamp of a finished installation.

    Args:
        root: the folder of the clone.
        venv: the folder of the virtual environment.
        lane: the name of the lane.
        begun: the file that `prepare` named.
    """
    with open(os.path.join(venv, ".newsdesk"), "w", encoding="utf-8") as file:
        file.write(stamp_key(root, venv, lane))
    os.remove(begun)
