"""A first run of the sample, which tests of several folders share."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from tests.support import sample


class FirstRun(NamedTuple):
    """What a first run of the sample did and left behind.

    Attributes:
        root: where it ran; tests may run there again.
        kept: a copy of the root as the run left it.
        startup: seconds until its first node ended.
        screen: what it printed.
        errors: what it printed to standard error.
        summary: of the run.
        metrics: of the version that it pushed.
    """

    root: Path
    kept: Path
    startup: float
    screen: str
    errors: str
    summary: dict[str, Any]
    metrics: dict[str, float]


def run(root: Path) -> FirstRun:
    """Runs the sample in a root.

    Args:
        root: must not exist.

    Returns:
        What it did.

    Raises:
        AssertionError: it did not push; holds what it printed.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pipeline.cli", *sample.words(root)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ | {"PYTHONPATH": str(sample.REPOSITORY)},
        )
        assert process.stdout is not None
        # The line that names the data, and that of the first node.
        first = process.stdout.readline() + process.stdout.readline()
        startup = time.monotonic() - began
        screen = first + process.communicate()[0]
        errors.seek(0)
        told = errors.read()
    assert process.returncode == 0, screen + told
    summary = json.loads(max(root.glob("runs/*/summary.json")).read_text())
    (metrics,) = sample.versions(root).values()
    kept = root.with_name(f"{root.name}-kept")
    shutil.copytree(root, kept, symlinks=True)
    return FirstRun(root, kept, startup, screen, told, summary, metrics)


def copy(first: FirstRun, root: Path) -> None:
    """Makes a root in which the first run seems to have run.

    Args:
        first: the run.
        root: must not exist.
    """
    shutil.copytree(first.kept, root, symlinks=True)
    rename(root, first.root)


def rename(root: Path, before: Path) -> None:
    """Lets the database of a root name it where it is.

    Args:
        root: where it is.
        before: where it was made.
    """
    with closing(sqlite3.connect(root / "metadata.sqlite")) as database, database:
        # The database names every artifact by its whole path.
        columns = database.execute(
            "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
            "WHERE m.type = 'table'"
        ).fetchall()
        for table, column in columns:
            database.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?) "
                f"WHERE typeof({column}) = 'text'",
                (str(before), str(root)),
            )
