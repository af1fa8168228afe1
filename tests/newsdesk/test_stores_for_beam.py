"""Beam reads and writes s3:// with the library that the image has."""

from collections.abc import Iterator

import pytest
from apache_beam.io.aws.clients.s3 import boto3_client
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from newsdesk.stores_for_beam import use_stores
from tests.support import s3

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket, in an environment without boto3."""
    monkeypatch.setattr(boto3_client, "boto3", None)
    # A pipeline sets them otherwise.
    monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
    with s3.bucket() as address:
        use_stores()
        yield address


def test_what_a_sink_of_beam_does_works(bucket: str) -> None:
    with FileSystems.create(f"{bucket}/temp/a") as stream:
        stream.write(b"rows\n")
    # A sink writes elsewhere first.
    FileSystems.rename([f"{bucket}/temp/a"], [f"{bucket}/rows/a"])
    (found,) = FileSystems.match([f"{bucket}/*/*"])
    assert [one.path for one in found.metadata_list] == [f"{bucket}/rows/a"]
    with FileSystems.open(f"{bucket}/rows/a") as stream:
        assert stream.read() == b"rows\n"
    FileSystems.delete([f"{bucket}/rows/"])
    assert not FileSystems.exists(f"{bucket}/rows/a")


def test_boto3_is_kept_if_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    there = object()
    monkeypatch.setattr(boto3_client, "boto3", there)
    use_stores()
    assert boto3_client.boto3 is there
