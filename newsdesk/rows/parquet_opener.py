"""Opens Parquet files without running code from a file.

Older versions of pyarrow unpickle the extension type `arrow.py_extension_type` when
they open a file (CVE-2023-47248), and TFX 1.16 does not allow a newer one.
"""

from functools import cache
from typing import Any

_PICKLED = "arrow.py_extension_type"


def open_parquet(source: Any, **options: Any) -> Any:
    """Opens a Parquet file, and reads pickled extension types as their storage.

    Args:
        source: a path, or a binary stream that can seek.
        **options: the options of `pyarrow.parquet.ParquetFile`.

    Returns:
        A `pyarrow.parquet.ParquetFile`.
    """
    from pyarrow import parquet

    disarm()
    return parquet.ParquetFile(source, **options)


@cache
def disarm() -> None:
    """Replaces the extension type that unpickles by one that does not."""
    import pyarrow

    if not hasattr(pyarrow, "PyExtensionType"):
        return

    class Inert(pyarrow.ExtensionType):
        """Ignores the pickled type, and keeps only the storage."""

        def __arrow_ext_serialize__(self) -> bytes:
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, storage: Any, pickled: bytes) -> Any:
            return cls(storage, _PICKLED)

    pyarrow.unregister_extension_type(_PICKLED)
    pyarrow.register_extension_type(Inert(pyarrow.null(), _PICKLED))
