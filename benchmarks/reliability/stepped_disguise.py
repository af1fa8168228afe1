"""Neither waits for a pipe nor follows a link in the place of a file of a root."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.reliability.stepped_root import Root
from newsdesk.errors import NewsdeskError
from pipeline.local import database, garbage, lock, ownership
from pipeline.local.history import mark_killed, past_runs

FILES = (".lock", ".pipeline", "summary", "checkpoint", "digests")


def check(root: Root, kind: str, is_pipe: bool, scratch: Path) -> None:
    """Replaces a file for a moment, and does what commands do with it.

    Args:
        root: whose file it is.
        kind: of `FILES`.
        is_pipe: whether a pipe takes its place; else a link does.
        scratch: a folder for what the link leads to.

    Raises:
        AssertionError: something was written through the link.
    """
    file = _file(root, kind)
    if file is None:
        return
    target, kept = scratch / "target", file.with_name(f".kept-{file.name}")
    target.write_text("precious")
    file.rename(kept)
    if is_pipe:
        os.mkfifo(file)
    else:
        file.symlink_to(target)
    try:
        for act in _acts(root):
            # Refused with a sentence, or done without the file.
            with suppress(NewsdeskError):
                act()
    finally:
        kept.replace(file)
    assert target.read_text() == "precious"


def _acts(root: Root) -> list[Callable[[], object]]:
    def begin() -> None:
        with lock.held(root.path, "a run"):
            ownership.claim(root.path, root.config.name)
            mark_killed(root.path)

    return [
        begin,
        lambda: list(past_runs(root.path)),
        lambda: garbage.find(root.config, 1),
        lambda: database.fault(root.path),
        root.look_at_artifacts,
    ]


def _file(root: Root, kind: str) -> Path | None:
    path = root.path
    found = {
        "summary": path.glob("runs/*/summary.json"),
        "checkpoint": root.config.checkpoints.glob("*/run.txt"),
        "digests": path.glob("artifacts/*/*/*.sha256"),
    }.get(kind, iter([path / kind]))
    return next(
        (file for file in found if file.is_file() and not file.is_symlink()), None
    )
