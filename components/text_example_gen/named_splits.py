"""Writes the splits that the names of files say into the data section.

The graph evaluates one split, so a run must know first which splits there are.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from components.text_example_gen import sources, splits
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import readers
from newsdesk.rows.labelling import check_columns
from newsdesk.rows.row import Row
from newsdesk.rows.split_names import split_named

_SHOWN = 5


def find(data: Data) -> Data:
    """Looks at the names of the data files.

    Args:
        data: the data section.

    Returns:
        The section, in which `named_splits` has the splits that the names say.

    Raises:
        DataError: a file cannot be found, it is not clear which files are which split,
            or the names say other splits than `data.named_splits`.
    """
    base, wanted = sources.input_of(data)
    return settled(data, sources.files_of(base, wanted, data.span_marker, data.window))


def _in_column(data: Data, files: Iterable[str]) -> Data:
    """Looks for the splits that data.split_column says, until it has found all."""
    found, others = set[str](), set[str]()
    for cell in _cells(data, files):
        if split := split_named(cell):
            found.add(split)
        elif len(others) < _SHOWN:
            others.add(cell)
        if len(found) == len(splits.SPLITS):
            break
    names = [name for name in splits.SPLITS if name in found]
    if "train" not in found or len(names) < 2:
        cells = f"; other cells: {', '.join(map(repr, sorted(others)))}"
        raise DataError(
            f"{data.path}: the column {data.split_column!r} names "
            f"{', '.join(names) or 'no split'}{cells if others else ''}. It must name "
            "train, and validation or test; correct data.split_column or the rows"
        )
    return data.model_copy(update={"named_splits": names})


def _cells(data: Data, files: Iterable[str]) -> Iterator[str]:
    column, layout = data.split_column or "", readers.Layout.of(data)
    for file in files:
        check_columns(file, readers.columns_of(file, layout), [column])
        for row in readers.read_rows(file, layout, [column]):
            if isinstance(row, Row) and column in row.values:
                yield row.values[column]


def settled(data: Data, found: Mapping[str, Sequence[str]]) -> Data:
    """Adds the splits that were found to the data section.

    Args:
        data: the data section.
        found: the result of `sources.files_of`.

    Returns:
        See `find`.

    Raises:
        DataError: the names say other splits than `data.named_splits`.
    """
    if data.split_column:
        return data if data.named_splits else _in_column(data, found[splits.ALL])
    if splits.given_splits(data) or data.named_splits == []:
        return data
    names = [name for name in splits.SPLITS if name in set(found)]
    expected = data.named_splits
    if expected is not None and set(names) != set(expected):
        raise DataError(
            f"{data.path}: data.named_splits is {expected}, but the names of the "
            f"files say {names or 'no split'}; correct data.named_splits"
        )
    return data.model_copy(update={"named_splits": names})


def described(found: Mapping[str, Sequence[str]], data: Data) -> dict[str, str]:
    """Says where the rows of each split come from.

    Args:
        found: the result of `sources.files_of`.
        data: the data section.

    Returns:
        The files of each split that has files, or the share of train that became eval;
        {} if the rows of all files are divided by `data.ratios`.
    """
    names = data.named_splits if data.split_column else list(found)
    if not names or splits.ALL in names:
        return {}
    origins = {
        name: f"by {data.split_column}"
        if data.split_column
        else _shown(found[name], data.path)
        for name in splits.SPLITS
        if name in names
    }
    if "eval" not in names:
        origins["eval"] = f"{data.eval_ratio:.3g} of train"
    return origins


def _shown(files: Sequence[str], path: str) -> str:
    folder = path if os.path.isdir(path) else os.path.dirname(files[0])
    first = os.path.relpath(files[0], folder) if "/" in files[0] else files[0]
    return first if len(files) == 1 else f"{first} and {len(files) - 1} more"


def check_tested(planned: Data, found: Data) -> None:
    """Refuses files without the split that the pipeline evaluates.

    Args:
        planned: the data section that the pipeline was made from.
        found: the result of `settled`.

    Raises:
        DataError: the pipeline evaluates another split.
    """
    if planned.tested_split != found.tested_split:
        raise DataError(
            f"{planned.path}: it has the splits {found.named_splits}, but "
            f"this pipeline evaluates the split {planned.tested_split!r}; set "
            f"data.named_splits = {found.named_splits}, and compile it again"
        )
