"""Reads the tensors of a checkpoint by the names that current releases give them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from newsdesk.errors import DataError
from trainer.pretrained import shards

_DTYPES = ("F32", "F16", "BF16")
# The heads of pretraining and of tasks, and constants that older files contain.
_IGNORED = re.compile(
    r"(cls|lm_head|classifier|pre_classifier|qa_outputs|score|sequence_summary"
    r"|vocab_transform|vocab_layer_norm|vocab_projector|discriminator_predictions"
    r"|generator_predictions|generator_lm_head|head|decoder)\."
    r"|embeddings\.(position_ids|token_type_ids)$|.*rotary_emb\.inv_freq$"
)
_RENAMED = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}
# So that a word embedding of a gigabyte is checked in parts of 16 MiB.
_CHECKED_TOGETHER = 4 << 20


class Tensors:
    """The tensors of a checkpoint, without those that the encoder does not use.

    Args:
        folder: the checkpoint.
        prefixes: what their names may begin with.

    Attributes:
        ignored: names, as stored, of heads and constants that are not read.

    Raises:
        DataError: a file is missing, broken or of another format.
    """

    def __init__(self, folder: str, prefixes: Sequence[str] = ("bert.",)) -> None:
        self._found = shards.find(Path(folder))
        self._path = str(self._found.path)
        self.ignored: list[str] = []
        # From current names to the names in the file.
        self._stored: dict[str, str] = {}
        for name in self._found.files:
            plain = _plain(name, prefixes)
            if plain in self._stored:
                raise DataError(
                    f"{self._path}: has {self._stored[plain]} and {name}, two names of "
                    "one tensor; remove one of them"
                )
            if _IGNORED.match(plain):
                self.ignored.append(name)
            else:
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
                    f"{self._path}: {problem} {shards.some(sorted(names))}; use the "
                    "weights of an encoder that belong to its config.json"
                )
        for name, shape in expected.items():
            path = self._file(name)
            with shards.opened(path) as file:
                found = file.get_slice(self._stored[name])
                if tuple(found.get_shape()) != shape:
                    raise DataError(
                        f"{path}: {name} has the shape {found.get_shape()}, but "
                        f"config.json requires {list(shape)}; use files of one "
                        "checkpoint"
                    )
                if found.get_dtype() not in _DTYPES:
                    raise DataError(
                        f"{path}: {name} has the dtype {found.get_dtype()}; only "
                        f"{', '.join(_DTYPES)} can be read, so save it as float32"
                    )

    def read(self, name: str) -> np.ndarray:
        """Reads one tensor.

        Args:
            name: the current name.

        Returns:
            Its values as float32.
        """
        with shards.opened(self._file(name)) as file:
            values: np.ndarray = file.get_tensor(self._stored[name])
        return values.astype(np.float32, copy=False)

    @property
    def files(self) -> list[str]:
        """The names of the files that the tensors are in."""
        return sorted({path.name for path in self._found.files.values()})

    def dtypes(self) -> list[str]:
        """Lists the dtypes of the tensors that are read, as safetensors names them."""
        found = set()
        for name in self._stored:
            with shards.opened(self._file(name)) as file:
                found.add(file.get_slice(self._stored[name]).get_dtype())
        return sorted(found)

    def check_values(self, names: Iterable[str]) -> None:
        """Refuses weights that are not finite.

        Args:
            names: current names.

        Raises:
            DataError: a tensor has NaN or infinite values.
        """
        found = {name: _not_finite(self._parts(name)) for name in names}
        damaged = [name for name, damage in found.items() if damage]
        if damaged:
            more = f", one of {len(damaged)} such tensors" if damaged[1:] else ""
            raise DataError(
                f"{self._file(damaged[0])}: {self._stored[damaged[0]]} holds "
                f"{found[damaged[0]]}{more}; the file is damaged, so fetch it again"
            )

    def _file(self, name: str) -> Path:
        return self._found.files[self._stored[name]]

    def _parts(self, name: str) -> Iterator[np.ndarray]:
        """The values of a tensor as float32, some rows at a time."""
        with shards.opened(self._file(name)) as file:
            rows = file.get_slice(self._stored[name])
            count, *others = rows.get_shape()
            step = max(1, _CHECKED_TOGETHER // max(1, int(np.prod(others))))
            for first in range(0, count, step):
                part: np.ndarray = rows[first : min(first + step, count)]
                yield part.astype(np.float32, copy=False)


def _not_finite(parts: Iterator[np.ndarray]) -> str:
    """Which kinds of values are not finite, and how many; "" if all are finite."""
    size = damaged = nan = inf = 0
    for values in parts:
        size += values.size
        if lost := values.size - int(np.isfinite(values).sum()):
            damaged += lost
            nan += int(np.isnan(values).sum())
            inf += int(np.isinf(values).sum())
    if not damaged:
        return ""
    named = " and ".join(kind for kind, count in (("NaN", nan), ("Inf", inf)) if count)
    return f"{named} ({damaged:,} of {size:,} values)"


def _plain(name: str, prefixes: Sequence[str]) -> str:
    prefix = next((one for one in prefixes if name.startswith(one)), "")
    name = name.removeprefix(prefix)
    for old, new in _RENAMED.items():
        if name.endswith(old):
            name = name.removesuffix(old) + new
    return name
