"""How the libraries of S3 are led to another server."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


def environment(endpoint: str) -> dict[str, str]:
    """Gives the variables that lead there, with credentials that mean nothing."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@contextmanager
def bucket() -> Iterator[str]:
    """Starts moto's server, which answers as S3 does, and makes a bucket in it.

    Yields:
        The address of the bucket; the environment leads there as long as the block.
    """
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with mock.patch.dict(os.environ, environment(f"http://{host}:{port}")):
            # Connections to servers of other tests are remembered by this name.
            s3fs.S3FileSystem.clear_instance_cache()
            name = f"bucket-{uuid.uuid4().hex}"
            s3fs.S3FileSystem().mkdir(name)
            yield f"s3://{name}"
    finally:
        server.stop()
