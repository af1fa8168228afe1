"""Finds the model in service of a root, without asking a remote store."""

from pathlib import Path

from newsdesk.errors import NewsdeskError
from newsdesk.published.in_service import InService, newest
from pipeline.local.run_files import listed


def of_root(root: Path) -> InService | None:
    """Finds the model in service where the newest push of a root went.

    Args:
        root: the folder of everything that a pipeline writes.

    Returns:
        The newest version and its manifest. None without a version, if its manifest
        cannot be read, and if it is in an object store, which takes time and an
        identity to read.
    """
    pushed = (run.pushed.rpartition("/")[0] for run in listed(root) if run.pushed)
    address = next(pushed, str(root / "serving"))
    if "://" in address:
        return None
    # A root that was moved contains the address that it had before.
    if not Path(address).is_dir():
        address = str(root / "serving")
    try:
        return newest(address)
    except (NewsdeskError, OSError):
        return None
