"""Chooses the kind of store for an address."""

from pathlib import Path

from newsdesk.published.local_store import LocalStore
from newsdesk.published.store import Store


def store(address: str) -> Store:
    """Makes the store for an address, without reading or writing there.

    Args:
        address: a path, or an address that begins with gs:// or s3://.

    Returns:
        The store.

    Raises:
        ModelError: the package that reaches such an address is not installed.
    """
    if "://" in address:
        from newsdesk.published.remote_store import RemoteStore

        return RemoteStore(address)
    return LocalStore(Path(address))
