"""Names what is wrong with a folder of files: labels in names, odd files."""

import json
import os
import re
import shlex
from collections import Counter
from pathlib import Path

_PARTITION = re.compile(r"([^/=]+)=([^/]*)")


def explain_partition(file: str, column: str) -> str:
    """Says of a file that a folder above it holds a column, as Hive and Spark write it.

    Args:
        file: such as `rows/label=neg/part-0.parquet`.
        column: the column that the file lacks; "" for any.

    Returns:
        One sentence with what it is and what to do, or "" if no folder is named so.
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
        f"{file}: the name of its folder {holding[0]} holds column "
        f"{holding[0].partition('=')[0]!r}, as Hive and Spark partition data; "
        f"{_unpartition(root)}"
    )


def explain_partitions(folder: str) -> str:
    """Says of a folder that its subfolders hold a column, as Hive and Spark write it.

    Args:
        folder: a local path.

    Returns:
        One sentence with what it is and what to do, or "" if it is not such a folder.
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
        f"{folder}: has column {column!r} in the names of its folders "
        f"({', '.join(found[:3])}{', ...' if len(found) > 3 else ''}), as Hive and "
        f"Spark partition data; {_unpartition(folder)}"
    )


def _unpartition(folder: str) -> str:
    path = json.dumps(folder, ensure_ascii=False)
    program = f'import pandas; pandas.read_parquet({path}).to_parquet("rows.parquet")'
    return (
        f"write it into the rows, for Parquet with: python3 -c {shlex.quote(program)}"
    )


def pattern_beside(file: str, endings: re.Pattern[str]) -> str:
    """Finds a pattern for the files beside one that is not data.

    Args:
        file: the odd file.
        endings: matches the names of files that hold rows.

    Returns:
        A pattern of the most frequent ending, such as `rows/*.csv`, or "".
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
