"""Finds the safetensors files of a checkpoint: one, or several with an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ml_dtypes  # noqa: F401  makes bfloat16 known to NumPy
import safetensors

from newsdesk.errors import DataError
from trainer.pretrained import files

WEIGHTS = "model.safetensors"
INDEX = f"{WEIGHTS}.index.json"
# The same limit as for a SavedModel.
MAX_BYTES = 8 << 30


@dataclass(frozen=True)
class Stored:
    """The tensors of a checkpoint.

    Attributes:
        path: the file that lists them: WEIGHTS or INDEX.
        files: the file of each tensor.
    """

    path: Path
    files: Mapping[str, Path]


def find(folder: Path) -> Stored:
    """Finds where the tensors are; WEIGHTS comes before INDEX, as in transformers.

    Args:
        folder: a checkpoint.

    Returns:
        The tensors; every file of them could be opened and is whole.

    Raises:
        DataError: a file is missing, broken or of another format, or the index
            contradicts the files.
    """
    single, index = folder / WEIGHTS, folder / INDEX
    if single.exists() or single.is_symlink():
        _check_size([single])
        return Stored(single, dict.fromkeys(names(single), single))
    if index.exists() or index.is_symlink():
        return _indexed(index)
    pickled = sorted(path.name for path in folder.glob("pytorch_model*.bin"))
    if pickled:
        raise DataError(
            f"{folder}: has only pickled weights, {pickled[0]}, which can run code "
            "and are never opened; where transformers is installed, convert them with "
            '`python -c "from transformers import AutoModel as M; '
            f"M.from_pretrained('{folder}').save_pretrained('{folder}')\"`"
        )
    raise DataError(f"{folder}: has no {WEIGHTS}; use the folder of a checkpoint")


def opened(path: Path) -> Any:
    """Opens a safetensors file, which maps it into memory and reads its header.

    Args:
        path: the file.

    Returns:
        A context manager for an object of safetensors.

    Raises:
        DataError: the file is not whole.
    """
    try:
        return safetensors.safe_open(str(path), "np")
    except (OSError, safetensors.SafetensorError) as error:
        raise DataError(
            f"{path}: is not a whole safetensors file ({error}); fetch it again"
        ) from None


def names(path: Path) -> list[str]:
    """Lists the tensors of a file.

    Args:
        path: a safetensors file.

    Returns:
        Their names.

    Raises:
        DataError: the file cannot be read, or is of another format.
    """
    if wrong := files.fault(path, MAX_BYTES):
        raise DataError(f"{path}: {wrong}")
    with opened(path) as file:
        return list(file.keys())


def _indexed(index: Path) -> Stored:
    where = files.read_object(index, 64 << 20).get("weight_map")
    if not isinstance(where, dict) or not where:
        raise DataError(
            f"{index}: has no weight_map, which must map tensors to files; fetch it "
            "again"
        )
    for name in where.values():
        if not isinstance(name, str) or Path(name).name != name or name in ("", ".."):
            raise DataError(
                f"{index}: weight_map names {name!r}, which is not a file of this "
                "folder, so it is not opened; use the index of the checkpoint"
            )
    shards = sorted(set(where.values()))
    paths = {name: index.parent / name for name in shards}
    missing = [name for name in shards if not paths[name].exists()]
    if missing:
        raise DataError(
            f"{index}: names {some(missing)}, which the folder does not have; fetch "
            "all files of the checkpoint"
        )
    _check_size(list(paths.values()))
    there = {name: shard for shard in shards for name in names(paths[shard])}
    _check_complete(index, where, there)
    return Stored(index, {name: paths[shard] for name, shard in where.items()})


def _check_complete(
    index: Path, where: Mapping[str, str], there: Mapping[str, str]
) -> None:
    lost = sorted(name for name, shard in where.items() if there.get(name) != shard)
    if lost:
        raise DataError(
            f"{index}: {where[lost[0]]} lacks {some(lost)}; fetch all files of the "
            "checkpoint again"
        )
    if spare := sorted(there.keys() - where.keys()):
        raise DataError(
            f"{index.parent / there[spare[0]]}: has {some(spare)}, which {INDEX} does "
            "not name; use files of one checkpoint"
        )


def _check_size(paths: list[Path]) -> None:
    for path in paths:
        if wrong := files.fault(path, MAX_BYTES):
            raise DataError(f"{path}: {wrong}")
    if sum(path.stat().st_size for path in paths) > MAX_BYTES:
        raise DataError(
            f"{paths[0].parent}: its shards have over {MAX_BYTES:,} bytes together; "
            "use a smaller encoder"
        )


def some(found: list[str]) -> str:
    """Shows the first names of a list.

    Args:
        found: names.

    Returns:
        At most three of them, and the number of the others.
    """
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(found[:3]) + more
