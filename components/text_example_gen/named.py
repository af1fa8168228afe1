"""Recognizes files whose names say which split they are, such as train.csv.

If such files were divided again, their test rows would be trained on.
"""

import json
import os
import re
from collections.abc import Iterable, Sequence

from components.text_example_gen.splits import SPLITS
from newsdesk.errors import DataError
from newsdesk.rows.split_names import MEANINGS, split_named

# Such as train_1.csv, train-00000-of-00002.parquet, and the digest of older data sets.
_NAME = re.compile(
    rf"({'|'.join(MEANINGS)})([-_.]?\d+([-_]of[-_]\d+)?(-[0-9a-f]{{16}})?)?(\..+)?",
    re.IGNORECASE,
)
_WILD = re.compile(r"[*?\[]")
_SHOWN = 3


def folder_above(pattern: str) -> str:
    """Returns the folder above all files that a pattern matches.

    Args:
        pattern: a folder, or a path or glob of files.

    Returns:
        The folder itself, or the path before the first part that is a pattern.
    """
    if os.path.isdir(pattern):
        return pattern
    parts = pattern.split("/")
    wild = (index for index, part in enumerate(parts) if _WILD.search(part))
    return "/".join(parts[: next(wild, len(parts) - 1)])


def by_split(files: Iterable[str], folder: str) -> dict[str, list[str]]:
    """Groups files by the split that their names say.

    Args:
        files: sorted paths.
        folder: the folder above them. Names of folders below it count as well.

    Returns:
        The files of each split, in the order of SPLITS; {} if no name says a split, or
        all names say the same one.

    Raises:
        DataError: only some names say a split, or none of them says train.
    """
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(_split_of(os.path.relpath(file, folder)), []).append(file)
    if len(found) < 2:
        return {}
    if "" in found or "train" not in found:
        raise DataError(_unclear(found, folder))
    return {name: found[name] for name in SPLITS if name in found}


def _split_of(path: str) -> str:
    *folders, name = path.split("/")
    for part in folders:
        if split := split_named(part):
            return split
    matched = _NAME.fullmatch(name)
    return split_named(matched[1]) if matched else ""


def _unclear(found: dict[str, list[str]], folder: str) -> str:
    named = [file for split in SPLITS for file in found.get(split, [])]
    what = f"{_listed(named, folder)} named as splits are, "
    if "" in found:
        what += f"and {_listed(found[''], folder)} not"
    else:
        what += "but none is named as train is"
    examples = {"train": [f"{folder}/FILE"]} | {
        name: found[name] for name in SPLITS if name in found
    }
    patterns = ", ".join(
        f"{name} = {json.dumps(_pattern(files, folder), ensure_ascii=False)}"
        for name, files in examples.items()
    )
    return (
        f"{folder}: {what}; set data.splits = {{ {patterns} }} to say which files are "
        "which, or divide the rows of all files with "
        """--set 'data.named_splits="off"'"""
    )


def _listed(files: Sequence[str], folder: str) -> str:
    names = [os.path.relpath(file, folder) for file in files[:_SHOWN]]
    more = len(files) - len(names)
    names += [f"{more} more"] if more else []
    return f"{', '.join(names)} {'is' if len(files) == 1 else 'are'}"


def _pattern(files: Sequence[str], folder: str) -> str:
    common = files[0] if len(files) == 1 else f"{os.path.commonprefix(files)}*"
    return os.path.relpath(common, folder)
