"""The content of the data, as one digest."""

import hashlib
from pathlib import Path
from typing import Any

from components.text_example_gen import driver, sources, tf_datasets
from pipeline import fingerprint
from pipeline.config import Data
from pipeline.errors import DataError


def digest(base: str, wanted: Any, marker: str | None = None) -> str:
    """Digests what the files hold, wherever they lie and whenever they were written.

    Args:
        base: the folder above every pattern, or `tfds:` and a name.
        wanted: an `example_gen_pb2.Input`, whose newest span counts.
        marker: the file that says of a span's folder that it is complete.

    Returns:
        A hexadecimal string; a data set of TensorFlow Datasets is its name.

    Raises:
        DataError: there is no such file, or one cannot be read.
    """
    found = hashlib.sha256()
    if base.startswith(tf_datasets.PREFIX):
        found.update(base.encode())
        return found.hexdigest()[:32]
    for split, pattern in sorted(driver.resolve(base, wanted, marker).items()):
        for file in sources.list_files(pattern):
            # The name's ending may decide the format.
            line = f"{split}\0{Path(file).suffixes}\0{_of_file(file)}\n"
            found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()[:32]


def _of_file(file: str) -> str:
    if not Path(file).is_file():
        raise DataError(f"{file}: is not a file; name files in data.path")
    return fingerprint.of_file(file)


def of(data: Data) -> str:
    """Digests what a run would read.

    Args:
        data: the data section.

    Returns:
        See `digest`.

    Raises:
        DataError: see `digest`.
    """
    return digest(*sources.input_of(data), data.span_marker)
