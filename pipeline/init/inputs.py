"""Finds the files that `run` would read for a path, and which split each one is."""

import fnmatch
import glob
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from components.text_example_gen import sources
from components.text_example_gen.splits import SPLITS
from newsdesk.config.data import Data
from newsdesk.errors import ConfigError, DataError
from newsdesk.rows.folders import explain_partitions
from newsdesk.rows.split_names import split_named

CONFIG_FILE = "newsdesk.toml"
SCHEMA_FILE = "schema.pbtxt"
OWN_FILES = (CONFIG_FILE, SCHEMA_FILE)
# Beyond this number, statistics hardly change, but the time to read grows.
MAX_ROWS = 1_000_000
_BETWEEN_WORDS = re.compile(r"[-_. ]+")
_WILD = re.compile(r"[*?\[]")
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Inputs:
    """The files of a data set.

    Attributes:
        files: local paths, those of the train split first.
        splits: the pattern of each split's files, relative to the folder; {} if the
            names of the files do not say their splits.
        unused: names of files in the folder that are in no split.
    """

    files: tuple[str, ...]
    splits: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


def find_inputs(path: str) -> Inputs:
    """Finds the files of a path, and of its spans the newest.

    Args:
        path: a file, a folder, a glob, or a pattern with `{SPAN}` or
            `{YYYY}-{MM}-{DD}`.

    Returns:
        The files.

    Raises:
        ConfigError: no file matches, or the pattern is wrong.
    """
    # Nothing but the path decides which files a run reads.
    data = Data.model_construct(
        path=os.path.abspath(path),
        text_columns=[],
        label_column="",
        labels=[],
        schema_file="",
    )
    if in_folders := _in_folders(path):
        return in_folders
    try:
        patterns = sources.resolve(*sources.input_of(data))
    except DataError as error:
        raise ConfigError(str(error)) from None
    found = {file for source in patterns.values() for file in _listed(source, path)}
    # An earlier `init` may have written into the folder of the data.
    found = {f for f in found if os.path.basename(f) not in OWN_FILES} or found
    files = sorted(found if os.path.isabs(path) else map(os.path.relpath, found))
    if _WILD.search(os.path.basename(path)) or len(files) < 2:
        return Inputs(tuple(files))
    return _divided(files)


def pattern_of(names: Sequence[str]) -> str:
    """Makes a pattern that matches file names by their beginning and end.

    Args:
        names: one or more names of files.

    Returns:
        A glob, which may also match other names.
    """
    if len(names) == 1:
        return glob.escape(names[0])
    before = os.path.commonprefix(names)
    rest = [name[len(before) :][::-1] for name in names]
    after = os.path.commonprefix(rest)[::-1]
    return f"{glob.escape(before)}*{glob.escape(after)}"


class Sample:
    """The rows of several files, up to a limit.

    Attributes:
        is_cut: whether a file has more rows than were read.
    """

    def __init__(self, files: Sequence[str]) -> None:
        """Prepares reading.

        Args:
            files: local paths.
        """
        self._files = files
        self.is_cut = False

    def rows(self, read: Callable[[str], Iterator[_Row]]) -> Iterator[_Row]:
        """Reads the beginning of every file.

        Args:
            read: reads one file.

        Yields:
            At most `MAX_ROWS` rows in all, equally many of each file.
        """
        share = max(1, MAX_ROWS // len(self._files))
        for file in self._files:
            rows = iter(read(file))
            yield from islice(rows, share)
            self.is_cut |= next(rows, None) is not None


def _listed(source: str, path: str) -> list[str]:
    try:
        return sources.list_files(source)
    except DataError:
        if os.path.isdir(source):
            what = "contains no file"
        elif _WILD.search(path):
            what = "no file matches this pattern"
        else:
            what = "there is no such file"
        raise ConfigError(explain_partitions(source) or f"{path}: {what}") from None


def _in_folders(path: str) -> Inputs | None:
    """Maps the files of folders that are named as splits are, such as train/."""
    folders: dict[str, str] = {}
    for name in sorted(os.listdir(path)) if os.path.isdir(path) else ():
        split = split_named(name)
        if split and os.path.isdir(os.path.join(path, name)):
            if split in folders:
                return None
            folders[split] = name
    splits = [split for split in SPLITS if split in folders]
    if "train" not in splits or len(splits) < 2:
        return None
    files = [
        file
        for split in splits
        for file in _listed(os.path.join(path, folders[split]), path)
    ]
    patterns = {split: f"{glob.escape(folders[split])}/*" for split in splits}
    return Inputs(tuple(files), patterns)


def _divided(files: Sequence[str]) -> Inputs:
    """Maps files to splits if their names say so, as in train.csv and test.csv."""
    groups: dict[str, list[str]] = defaultdict(list)
    for file in files:
        groups[_split_of(os.path.basename(file))].append(file)
    unused = groups.pop("", [])
    patterns: dict[str, str] = {
        split: pattern_of([os.path.basename(file) for file in groups[split]])
        for split in SPLITS
        if split in groups
    }
    names = list(map(os.path.basename, files))
    if "train" not in patterns or len(patterns) < 2:
        return Inputs(tuple(files))
    for split, pattern in patterns.items():
        if len(fnmatch.filter(names, pattern)) != len(groups[split]):
            return Inputs(tuple(files))
    ordered = [file for split in patterns for file in groups[split]]
    return Inputs(tuple(ordered), patterns, tuple(map(os.path.basename, unused)))


def _split_of(name: str) -> str:
    """Returns the split that a file name says, or ""."""
    words = _BETWEEN_WORDS.split(name.lower())
    found = set(filter(None, map(split_named, words)))
    return found.pop() if len(found) == 1 else ""
