"""Explains folders that cannot be read as they are: labels in names, odd files."""

import json
import os
import re
import shlex
from collections import Counter
from pathlib import Path

_PARTITION = re.compile(r"([^/=]+)=([^/]*)")


def explain_partition(file: str, column: str) -> str:
    """Explains that a column is in the name of a folder above a file.

    Args:
        file: such as `rows/label=neg/part-0.parquet`, as Hive and Spark write it.
        column: the column that the file lacks; "" for any.

    Returns:
        What the file is and what to do; "" if no folder has such a name.
    """
    parts = Path(file).parts[:-1]
    named = [part for part in parts if _PARTITION.fullmatch(part)]
    holding = [
        part for part in named if part.startswith(f"{column}=" if column else "")
    ]
    if not holding:
        return ""
    root = str(Path(*parts[: parts.index(named[0])]))
    return (
        f"{file}: the name of its folder {holding[0]} contains the column "
        f"{holding[0].partition('=')[0]!r}, as Hive and Spark partition data; "
        f"{_unpartition(root)}"
    )


def explain_partitions(folder: str) -> str:
    """Explains that a column is in the names of the folders in a folder.

    Args:
        folder: a local path.

    Returns:
        What the folder is and what to do; "" if no folder in it has such a name.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return ""
    found = [
        name
        for name in names
        if _PARTITION.fullmatch(name) and os.path.isdir(os.path.join(folder, name))
    ]
    if not found:
        return ""
    column = found[0].partition("=")[0]
    return (
        f"{folder}: the names of its folders contain the column {column!r} "
        f"({', '.join(found[:3])}{', ...' if len(found) > 3 else ''}), as Hive and "
        f"Spark partition data; {_unpartition(folder)}"
    )


def _unpartition(folder: str) -> str:
    path = json.dumps(folder, ensure_ascii=False)
    program = f'import pandas; pandas.read_parquet({path}).to_parquet("rows.parquet")'
    return (
        "write the column into the rows, for Parquet with: "
        f"python3 -c {shlex.quote(program)}"
    )


def pattern_beside(file: str, endings: re.Pattern[str]) -> str:
    """Finds a pattern for the data files in the folder of a file that is not data.

    Args:
        file: the file that is not data.
        endings: matches the names of data files.

    Returns:
        A pattern with the most frequent ending, such as `rows/*.csv`, or "".
    """
    folder = os.path.dirname(file)
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return ""
    counts = Counter(
        name[found.start() :] for name in names if (found := endings.search(name))
    )
    return os.path.join(folder, f"*{counts.most_common(1)[0][0]}") if counts else ""
