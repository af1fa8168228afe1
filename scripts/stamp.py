"""Records which installation was started, and which was finished."""

import hashlib
import os
import shutil


def stamp_key(root: str, venv: str, lane: str) -> str:
    """Gives a line that changes with everything that an installation depends on.

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
    """Finds the lane that is installed and up to date; "" if there is none.

    Args:
        root: the folder of the clone.
        venv: the folder of the virtual environment.
        wanted: the lane that the user requires, or "" for any.
    """
    stamp = _read_stamp(venv)
    lane = stamp.partition(" ")[0]
    fits = stamp and wanted in ("", lane) and stamp == stamp_key(root, venv, lane)
    return lane if fits and _has_python(venv) else ""


def prepare(folder: str, venv: str, lane: str) -> str:
    """Removes an environment that an interrupted installation of ours has left.

    It may contain half-written packages, which uv would take for complete ones. An
    environment that we did not create is kept: uv updates it in place.

    Args:
        folder: our folder, which records that an installation was started.
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
    """Records that an installation is finished.

    Args:
        root: the folder of the clone.
        venv: the folder of the virtual environment.
        lane: the name of the lane.
        begun: the file that `prepare` returned.
    """
    with open(os.path.join(venv, ".newsdesk"), "w", encoding="utf-8") as file:
        file.write(stamp_key(root, venv, lane))
    os.remove(begun)
