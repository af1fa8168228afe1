"""Reads tensors of a safetensors file by their current names."""

import re
from collections.abc import Iterable
from pathlib import Path

import ml_dtypes  # noqa: F401  makes bfloat16 known to NumPy
import numpy as np
import safetensors

from newsdesk.errors import DataError
from trainer.pretrained import files

WEIGHTS = "model.safetensors"
# The same limit as for a SavedModel.
MAX_BYTES = 8 << 30
_DTYPES = ("F32", "F16", "BF16")
# The heads of pretraining, and a constant that older files contain.
_IGNORED = re.compile(r"cls\.|embeddings\.position_ids$")
_RENAMED = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


class Tensors:
    """The tensors of a BERT checkpoint, without those that the encoder does not use.

    Args:
        folder: the folder of model.safetensors.

    Raises:
        DataError: the file is missing, broken or of another format.
    """

    def __init__(self, folder: str) -> None:
        self._path = str(Path(folder, WEIGHTS))
        _refuse_other_formats(Path(folder))
        if wrong := files.fault(Path(self._path), MAX_BYTES):
            raise DataError(f"{self._path}: {wrong}")
        try:
            with safetensors.safe_open(self._path, "np") as file:
                stored = list(file.keys())
        except (OSError, safetensors.SafetensorError) as error:
            raise DataError(
                f"{self._path}: is not a whole safetensors file ({error}); fetch it "
                "again"
            ) from None
        # From current names to the names in the file.
        self._stored: dict[str, str] = {}
        for name in stored:
            plain = _plain(name)
            if plain in self._stored:
                raise DataError(
                    f"{self._path}: has {self._stored[plain]} and {name}, two names of "
                    "one tensor; remove one of them"
                )
            if not _IGNORED.match(plain):
                self._stored[plain] = name

    def __contains__(self, name: str) -> bool:
        """Whether there is such a tensor."""
        return name in self._stored

    def check(self, expected: dict[str, tuple[int, ...]]) -> None:
        """Compares the tensors with the expected names, shapes and dtypes.

        Args:
            expected: current names and shapes.

        Raises:
            DataError: a tensor is missing, unexpected, or of another shape or dtype.
        """
        for problem, names in [
            ("lacks", expected.keys() - self._stored.keys()),
            ("has the unexpected tensors", self._stored.keys() - expected.keys()),
        ]:
            if names:
                raise DataError(
                    f"{self._path}: {problem} {_some(sorted(names))}; use the weights "
                    "of a BERT encoder that belong to its config.json"
                )
        with safetensors.safe_open(self._path, "np") as file:
            for name, shape in expected.items():
                found = file.get_slice(self._stored[name])
                if tuple(found.get_shape()) != shape:
                    raise DataError(
                        f"{self._path}: {name} has the shape {found.get_shape()}, but "
                        f"config.json requires {list(shape)}; use files of one "
                        "checkpoint"
                    )
                if found.get_dtype() not in _DTYPES:
                    raise DataError(
                        f"{self._path}: {name} has the dtype {found.get_dtype()}; only "
                        f"{', '.join(_DTYPES)} can be read, so save it as float32"
                    )

    def read(self, name: str) -> np.ndarray:
        """Reads one tensor.

        Args:
            name: the current name.

        Returns:
            Its values as float32.
        """
        with safetensors.safe_open(self._path, "np") as file:
            values: np.ndarray = file.get_tensor(self._stored[name])
        return values.astype(np.float32)

    def check_values(self, names: Iterable[str]) -> None:
        """Refuses weights that are not finite.

        Args:
            names: current names.

        Raises:
            DataError: a tensor has NaN or infinite values.
        """
        found = {name: _not_finite(self.read(name)) for name in names}
        damaged = [name for name, damage in found.items() if damage]
        if damaged:
            more = f", one of {len(damaged)} such tensors" if damaged[1:] else ""
            raise DataError(
                f"{self._path}: {self._stored[damaged[0]]} holds {found[damaged[0]]}"
                f"{more}; the file is damaged, so fetch it again"
            )


def _not_finite(values: np.ndarray) -> str:
    """Which kinds of values are not finite, and how many; "" if all are finite."""
    finite = np.isfinite(values)
    if finite.all():
        return ""
    kinds = {"NaN": np.isnan(values).any(), "Inf": np.isinf(values).any()}
    named = " and ".join(kind for kind, is_there in kinds.items() if is_there)
    return f"{named} ({values.size - finite.sum():,} of {values.size:,} values)"


def _plain(name: str) -> str:
    name = name.removeprefix("bert.")
    for old, new in _RENAMED.items():
        if name.endswith(old):
            name = name.removesuffix(old) + new
    return name


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _refuse_other_formats(folder: Path) -> None:
    """Raises an error that names what a folder has instead of WEIGHTS."""
    if (folder / WEIGHTS).exists():
        return
    index = folder / f"{WEIGHTS}.index.json"
    if index.exists():
        raise DataError(f"{index}: {_shards(index)}; save the weights as one {WEIGHTS}")
    pickled = sorted(path.name for path in folder.glob("pytorch_model*.bin"))
    if pickled:
        raise DataError(
            f"{folder}: has only pickled weights, {pickled[0]}, which can run code "
            "and are never opened; where transformers is installed, convert them with "
            '`python -c "from transformers import BertModel as B; '
            f"B.from_pretrained('{folder}').save_pretrained('{folder}')\"`"
        )
    raise DataError(f"{folder}: has no {WEIGHTS}; use the folder of a checkpoint")


def _shards(index: Path) -> str:
    """Names the files that the weights are split into, or those that are missing."""
    by_tensor = files.read_object(index).get("weight_map")
    shards = by_tensor.values() if isinstance(by_tensor, dict) else ()
    names = sorted(set(map(str, shards)))
    missing = [name for name in names if not (index.parent / Path(name).name).is_file()]
    if missing:
        return f"names {_some(missing)}, which the folder does not have"
    return f"the weights are split into several files ({_some(names) or 'none named'})"
