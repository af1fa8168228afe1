"""Object stores on moto's server, which stands in for S3."""

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import s3


class Bucket:
    """One bucket.

    Attributes:
        name: of the bucket.
    """

    def __init__(self, name: str, client: Any) -> None:
        self.name = name
        self._client = client
        client.create_bucket(Bucket=name)

    def put(self, key: str, content: Path | bytes) -> None:
        """Writes an object."""
        body = content if isinstance(content, bytes) else content.read_bytes()
        self._client.put_object(Bucket=self.name, Key=key, Body=body)


@contextlib.contextmanager
def buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Creates a bucket, and points the environment to its server."""
    import botocore.session
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in s3.environment(f"http://{host}:{port}").items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = botocore.session.get_session().create_client("s3")
    try:
        yield Bucket(f"bucket-{uuid.uuid4().hex[:8]}", client)
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
        server.stop()
