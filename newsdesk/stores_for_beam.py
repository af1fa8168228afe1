"""Gives Beam's file system for s3:// the library that is installed.

Beam asks for boto3, of which it uses only what botocore also has. s3fs installs
botocore, and no boto3.
"""

from types import SimpleNamespace
from typing import Any


def use_stores() -> None:
    """Makes Beam read and write s3:// with botocore, if boto3 is missing.

    Endpoint and credentials come from the environment, as for all other parts.
    """
    from apache_beam.io.aws.clients.s3 import boto3_client

    if boto3_client.boto3 is None:
        session = SimpleNamespace(Session=_Session)
        boto3_client.boto3 = SimpleNamespace(session=session)


class _Session:
    """What Beam uses of `boto3.session.Session`."""

    def client(self, **options: Any) -> Any:
        """Connects to a service; options are those of botocore."""
        import botocore.session  # type: ignore[import-untyped]

        found = botocore.session.get_session().create_client(**options)

        def copy(source: Any, bucket: str, key: str) -> None:
            found.copy_object(CopySource=source, Bucket=bucket, Key=key)

        # Of all that Beam calls, only this is not botocore's.
        found.copy = copy
        return found
