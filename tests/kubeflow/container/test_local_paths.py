"""Addresses of artifacts are converted to the paths of the launcher."""

import re

import pytest

from kubeflow.container import local_paths
from newsdesk.errors import ConfigError


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("gs://bucket/run/model", "/gcs/bucket/run/model"),
        ("s3://bucket/run/model", "/s3/bucket/run/model"),
        ("minio://bucket/run/model", "/minio/bucket/run/model"),
        ("minio://bucket//v2/./run/.../model/", "/minio/bucket/v2/run/.../model"),
        ("s3://b/m?endpoint=http://minio:9000", "/s3/b/m?endpoint=http:/minio:9000"),
        ("/local/outputs/run/model", "/local/outputs/run/model"),
    ],
)
def test_addresses_become_the_paths_of_the_launcher(address: str, path: str) -> None:
    assert str(local_paths.local(address)) == path


@pytest.mark.parametrize(
    "address", ["s3://bucket/run/../../other", "oci://image", "/a/../etc", "hdfs://x/y"]
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(address) + ".*pipeline root"):
        local_paths.local(address)
