"""A root that an older release made, which the code of today must understand."""

import tarfile
from pathlib import Path

from tests.support import first_run

_FIXTURE = Path(__file__).parents[1] / "fixtures" / "old_root.tar.xz"
_PLACE = Path("/srv/news/newsdesk/old")
NAME = "old"
RUNS = ["20261126-164924", "20261126-165203"]
VERSIONS = [1795711913, 1795712150]


def unpack(root: Path) -> Path:
    """Makes the root.

    Args:
        root: must not exist.

    Returns:
        The root, whose database names it where it is now.
    """
    root.mkdir(parents=True)
    with tarfile.open(_FIXTURE) as packed:
        packed.extractall(root)
    first_run.rename(root, _PLACE)
    return root
