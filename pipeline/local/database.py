"""Checks the metadata database of a root, and sets a damaged one aside."""

import contextlib
import itertools
import os
import sqlite3
from pathlib import Path

from newsdesk.errors import NewsdeskError

DATABASE = "metadata.sqlite"
ARTIFACTS = "artifacts"


def fault(root: Path) -> str:
    """Finds out whether the database of a root is usable.

    Args:
        root: the folder of everything that a pipeline writes.

    Returns:
        "is missing", "is damaged" or "is not a file"; "" for an intact database, and
        for a root with neither database nor artifacts.
    """
    file = root / DATABASE
    # Through a broken link, SQLite would create a database somewhere else.
    if os.path.lexists(file) and not file.is_file():
        return "is not a file"
    if not file.exists() or not file.stat().st_size:
        return "is missing" if _has_artifacts(root) else ""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            # Checks indexes too: a path with one wrong bit may name another model.
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()
            is_whole = found == ("ok",) and not _has_other_than_integers(connection)
    except sqlite3.DatabaseError:
        return "is damaged"
    return "" if is_whole else "is damaged"


def set_aside(root: Path) -> str:
    """Sets aside a database that cannot be used, with the artifacts that it lists.

    A new database numbers executions from 1 again, and these numbers name the folders
    of artifacts: the files of two executions would be in one folder.

    Args:
        root: the folder of everything that a pipeline writes; no run is active in it.

    Returns:
        A warning for the screen; "" if the database is intact.

    Raises:
        NewsdeskError: the database or the artifacts cannot be renamed.
    """
    problem = fault(root)
    if not problem:
        return ""
    moved = [_renamed(root / name) for name in (DATABASE, ARTIFACTS)]
    where = " and ".join(path.name for path in moved if path)
    return (
        f"{root / DATABASE} {problem}: the results of earlier runs cannot be reused "
        f"and are set aside as {where}; delete them when you do not need them"
    )


def _has_other_than_integers(connection: sqlite3.Connection) -> bool:
    """Whether a column of integers holds text; ML Metadata crashes when it reads it."""
    columns = connection.execute(
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.type LIKE '%INT%'"
    ).fetchall()
    return any(
        connection.execute(
            f"SELECT 1 FROM `{table}` WHERE typeof(`{column}`) NOT IN "
            "('integer', 'null') LIMIT 1"
        ).fetchone()
        for table, column in columns
    )


def _has_artifacts(root: Path) -> bool:
    return any((root / ARTIFACTS).glob("*/*/*"))


def _renamed(path: Path) -> Path | None:
    if not os.path.lexists(path):
        return None
    names = (
        path.with_name(f"{path.name}.unusable-{number}")
        for number in itertools.count(1)
    )
    free = next(name for name in names if not os.path.lexists(name))
    try:
        return path.rename(free)
    except OSError as error:
        raise NewsdeskError(
            f"{path}: cannot be renamed to {free.name}: {error.strerror}; make "
            f"{path.parent} writable, or choose another folder with --set "
            "output.root=FOLDER"
        ) from None
