"""Tensors of a safetensors file, by the names BERT has for them now."""

import re
from collections.abc import Iterable
from pathlib import Path

import ml_dtypes  # noqa: F401  makes bfloat16 known to NumPy
import numpy as np
import safetensors

from newsdesk.errors import DataError
from trainer.pretrained import files

WEIGHTS = "model.safetensors"
# What a SavedModel may have, too.
MAX_BYTES = 8 << 30
_DTYPES = ("F32", "F16", "BF16")
# What stands above the encoder in pretraining, and a constant that older files keep.
_IGNORED = re.compile(r"cls\.|embeddings\.position_ids$")
_RENAMED = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}


class Tensors:
    """The tensors of a folder that Hugging Face's BERT would have.

    Args:
        folder: holds model.safetensors.

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
        # Today's name to the stored one.
        self._stored: dict[str, str] = {}
        for name in stored:
            plain = _plain(name)
            if plain in self._stored:
                raise DataError(
                    f"{self._path}: holds {self._stored[plain]} and {name}, which are "
                    "one tensor; keep one of them"
                )
            if not _IGNORED.match(plain):
                self._stored[plain] = name

    def __contains__(self, name: str) -> bool:
        """Whether there is such a tensor."""
        return name in self._stored

    def check(self, expected: dict[str, tuple[int, ...]]) -> None:
        """Compares what is there with what should be.

        Args:
            expected: names of today and shapes.

        Raises:
            DataError: a tensor is missing, spare, of another shape or dtype.
        """
        for problem, names in [
            ("lacks", expected.keys() - self._stored.keys()),
            ("has besides a BERT's", self._stored.keys() - expected.keys()),
        ]:
            if names:
                raise DataError(
                    f"{self._path}: {problem} {_some(sorted(names))}; give the weights "
                    "of a BERT encoder that belong to its config.json"
                )
        with safetensors.safe_open(self._path, "np") as file:
            for name, shape in expected.items():
                found = file.get_slice(self._stored[name])
                if tuple(found.get_shape()) != shape:
                    raise DataError(
                        f"{self._path}: {name} has the shape {found.get_shape()}, and "
                        f"config.json means {list(shape)}; give files that belong "
                        "together"
                    )
                if found.get_dtype() not in _DTYPES:
                    raise DataError(
                        f"{self._path}: {name} holds {found.get_dtype()}; only "
                        f"{', '.join(_DTYPES)} can be read, so save it as float32"
                    )

    def read(self, name: str) -> np.ndarray:
        """Reads one tensor.

        Args:
            name: a name of today.

        Returns:
            Its values as float32.
        """
        with safetensors.safe_open(self._path, "np") as file:
            values: np.ndarray = file.get_tensor(self._stored[name])
        return values.astype(np.float32)

    def check_values(self, names: Iterable[str]) -> None:
        """Looks for values that no training could start from.

        Args:
            names: of today.

        Raises:
            DataError: a tensor holds NaN or infinite values.
        """
        found = {name: _not_finite(self.read(name)) for name in names}
        damaged = [name for name, damage in found.items() if damage]
        if damaged:
            more = f", one of {len(damaged)} such tensors" if damaged[1:] else ""
            raise DataError(
                f"{self._path}: {self._stored[damaged[0]]} holds {found[damaged[0]]}"
                f"{more}; the file is damaged, fetch it again"
            )


def _not_finite(values: np.ndarray) -> str:
    """Which values are not finite, and how many; "" if all are."""
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
    """Names what a folder has instead of WEIGHTS."""
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
    raise DataError(f"{folder}: holds no {WEIGHTS}; give the folder of a checkpoint")


def _shards(index: Path) -> str:
    """Says over which files the weights are spread, and which of them are missing."""
    by_tensor = files.read_object(index).get("weight_map")
    shards = by_tensor.values() if isinstance(by_tensor, dict) else ()
    names = sorted(set(map(str, shards)))
    missing = [name for name in names if not (index.parent / Path(name).name).is_file()]
    if missing:
        return f"names {_some(missing)}, which the folder does not have"
    return f"the weights are spread over several files ({_some(names) or 'none named'})"
