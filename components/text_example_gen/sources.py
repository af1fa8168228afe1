"""Finds the data files: their patterns, and the files that match."""

import glob
import itertools
import os
import re
from collections.abc import Iterable
from typing import Any

from tfx.proto import example_gen_pb2

from components.text_example_gen import named, spans, splits
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import folders, split_names, tf_datasets

_PATTERN = re.compile(r"[*?\[{]")


def input_of(data: Data) -> tuple[str, Any]:
    """Describes the data files in TFX's terms.

    Args:
        data: the data section. Its path is a file, a folder, a pattern, or `tfds:`
            and a name; it need not exist yet.

    Returns:
        The folder above every pattern, and an `example_gen_pb2.Input` with one
        pattern for each configured split, or one for all files, called MIXED if
        their names do not count.
    """
    if data.path.startswith(tf_datasets.PREFIX):
        base, rest = data.path, ""
    else:
        base, rest = cut(data.path, keep_last=bool(data.splits))
    patterns = {
        name: os.path.join(rest, pattern)
        for name, pattern in splits.given_splits(data).items()
    }
    names_count = data.named_splits != [] and not data.split_column
    alone = splits.ALL if names_count else splits.MIXED
    return base, example_gen_pb2.Input(
        splits=[
            example_gen_pb2.Input.Split(name=name, pattern=pattern)
            for name, pattern in (patterns or {alone: rest}).items()
        ]
    )


def cut(path: str, keep_last: bool = False) -> tuple[str, str]:
    """Cuts a path before its first part that is a pattern.

    Args:
        path: an absolute path.
        keep_last: whether the last part is a folder, even if it is not a pattern.

    Returns:
        The folder above the pattern, and the pattern.
    """
    parts = path.split("/")
    plain = len(parts) if keep_last else len(parts) - 1
    for index, part in enumerate(parts[:plain]):
        if _PATTERN.search(part):
            plain = index
            break
    return "/".join(parts[:plain]) or "/", "/".join(parts[plain:])


def list_files(source: str) -> list[str]:
    """Lists the files that a pattern without spans matches.

    Args:
        source: a file, a folder, a glob, several of them with one on each line, or
            `tfds:name/split`.

    Returns:
        Sorted paths. A folder or a glob leaves out folders, and names that start with
        a dot or an underscore.

    Raises:
        DataError: no file matches.
    """
    if source.startswith(tf_datasets.PREFIX):
        return [source]
    if "\n" in source and not os.path.exists(source):
        several = map(list_files, source.split("\n"))
        return sorted(set(itertools.chain.from_iterable(several)))
    found = matching(source)
    if not found:
        partitions = folders.explain_partitions(source)
        if partitions:
            raise DataError(partitions)
        raise DataError(
            f"{source}: there is no such file; check data.path and data.splits"
        )
    return sorted(found)


def files_of(
    base: str, wanted: Any, marker: str | None = None, window: int = 1
) -> dict[str, list[str]]:
    """Lists the files of each split: all parts of a run call this function.

    Args:
        base: the folder above every pattern.
        wanted: an `example_gen_pb2.Input`; of its spans, the newest are read.
        marker: the file that marks the folder of a span as complete.
        window: how many spans to read; fewer are read if there are fewer.

    Returns:
        Sorted paths by the name of their split, or by ALL if they are one set.

    Raises:
        DataError: no file matches, or it is not clear which files are which split.
    """
    patterns = resolve(base, wanted, marker, window)
    if splits.MIXED in patterns:
        return {splits.ALL: list_files(patterns[splits.MIXED])}
    if splits.ALL not in patterns:
        return {name: list_files(pattern) for name, pattern in patterns.items()}
    pattern = patterns[splits.ALL]
    return _named(pattern) or {splits.ALL: list_files(pattern)}


def _named(pattern: str) -> dict[str, list[str]]:
    """Lists the files of each split if their names say it, in every span."""
    several = [pattern] if os.path.exists(pattern) else pattern.split("\n")
    found = []
    for one in several:
        files = sorted(matching(one) + _in_named_folders(one))
        found.append(named.by_split(files, named.folder_above(one)))
    for one, by_split in zip(several, found, strict=True):
        if set(by_split) != set(found[0]):
            raise DataError(
                f"{one}: the files are named as {_listed(by_split)}, but those of "
                f"{several[0]} as {_listed(found[0])}; name the files of all spans "
                "alike, or set data.splits"
            )
    return {
        name: sorted(file for by_split in found for file in by_split[name])
        for name in found[0]
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no split"


def _in_named_folders(source: str) -> list[str]:
    """Lists the files in folders that are named as a split is."""
    if not os.path.isdir(source):
        return []
    below = glob.glob(os.path.join(glob.escape(source), "*", "*"))
    return [
        file
        for file in below
        if split_names.split_named(file.split("/")[-2]) and _may_be_data(file)
    ]


def matching(source: str) -> list[str]:
    """Lists the files that a pattern without spans matches, which may be none.

    Args:
        source: a file, a folder or a glob.

    Returns:
        Paths in any order, without folders in a folder, and without names that start
        with a dot or an underscore.
    """
    pattern = source
    if os.path.isdir(source):
        pattern = os.path.join(glob.escape(source), "*")
    elif os.path.exists(source):
        return [source]
    return list(filter(_may_be_data, glob.glob(pattern, recursive=True)))


def _may_be_data(file: str) -> bool:
    return not os.path.isdir(file) and not os.path.basename(file).startswith("_")


def resolve(
    base: str, wanted: Any, marker: str | None = None, window: int = 1
) -> dict[str, str]:
    """Fills the newest spans into patterns that contain a span.

    Args:
        base: the folder above every pattern.
        wanted: an `example_gen_pb2.Input`.
        marker: the file whose presence marks the folder of a span as complete.
        window: how many spans to read; fewer are read if there are fewer.

    Returns:
        The patterns, joined with the folder, by the name of their split. Of several
        spans, the pattern of each is on a line of its own.

    Raises:
        DataError: a pattern is wrong, or no span was found.
    """
    found = newest_spans(base, wanted, marker, window)
    return {
        split.name: "\n".join(
            dict.fromkeys(
                os.path.join(base, spans.filled(pattern, span))
                for span in found
                # The driver may have filled in the spans already.
                for pattern in split.pattern.split("\n")
            )
        )
        for split in wanted.splits
    }


def newest_spans(
    base: str, wanted: Any, marker: str | None, window: int
) -> list[spans.Span]:
    """Finds the spans that a run would read.

    Args:
        base: the folder above every pattern.
        wanted: an `example_gen_pb2.Input`.
        marker: the file whose presence marks the folder of a span as complete.
        window: how many spans to find.

    Returns:
        At most as many spans as the window, the oldest first.

    Raises:
        DataError: a pattern is wrong, or no span was found.
    """
    if base.startswith(tf_datasets.PREFIX):
        return [spans.Span()]
    patterns = [split.pattern for split in wanted.splits]
    try:
        return spans.latest(base, patterns, marker, window)
    except ValueError as error:
        raise DataError(
            f"{os.path.join(base, patterns[0])}: {error}. If the numbers have leading "
            "zeros, add the number of digits, such as {SPAN:2}"
        ) from None


def span_names(data: Data) -> list[str]:
    """Names the spans that a run would read now.

    Args:
        data: the data section.

    Returns:
        Days as YYYY-MM-DD, or numbers, the oldest first; [] if the path and the splits
        have no span.

    Raises:
        DataError: see `newest_spans`.
    """
    base, wanted = input_of(data)
    with_span = [one.pattern for one in wanted.splits if spans.has_span(one.pattern)]
    if not with_span:
        return []
    found = newest_spans(base, wanted, data.span_marker, data.window)
    return [spans.name(with_span[0], span) for span in found]
