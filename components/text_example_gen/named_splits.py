"""Writes the splits that the names of files say into the data section.

The graph evaluates one split, so a run must know first which splits there are.
"""

import os
from collections.abc import Iterable, Mapping, Sequence

from components.text_example_gen import sources, splits
from newsdesk.config.data import Data
from newsdesk.errors import DataError


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


def settled(data: Data, found: Iterable[str]) -> Data:
    """Adds the splits that were found to the data section.

    Args:
        data: the data section.
        found: the keys of `sources.files_of`.

    Returns:
        See `find`.

    Raises:
        DataError: the names say other splits than `data.named_splits`.
    """
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
    if splits.ALL in found:
        return {}
    told = {
        name: _shown(found[name], data.path) for name in splits.SPLITS if name in found
    }
    if "eval" not in found:
        told["eval"] = f"{data.eval_ratio:.3g} of train"
    return told


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
            f"{planned.path}: the names of the files say {found.named_splits}, but "
            f"this pipeline evaluates the split {planned.tested_split!r}; set "
            f"data.named_splits = {found.named_splits}, and compile it again"
        )
