"""Tests downloads of one object, of a folder, and of objects that match a pattern."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.text_example_gen import sources
from kubeflow.files import fetch
from newsdesk.errors import ConfigError
from tests.kubeflow.object_stores import Bucket, buckets

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket with rows, and with the markers that consoles write for folders."""
    with pytest.MonkeyPatch.context() as patched, buckets(patched) as made:
        for key in ("rows/a.csv", "rows/b.csv", "rows/deep/c.csv", "rowsets/d.csv"):
            made.put(key, key.encode())
        for key in ("rows/", "rows/deep/", "rows/empty/", "rows/deep_$folder$"):
            made.put(key, b"")
        for span in ("1", "2", "10"):
            made.put(f"days/{span}/a.csv", span.encode())
            made.put(f"days/{span}/b.csv", span.encode())
        yield made


def _files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("scheme", ["s3", "minio"])
@pytest.mark.parametrize("end", ["", "/"])
def test_a_folder_is_downloaded_as_a_folder(
    bucket: Bucket, tmp_path: Path, scheme: str, end: str
) -> None:
    place = fetch.everything(f"{scheme}://{bucket.name}/rows{end}", tmp_path)
    assert Path(place).name == "rows"
    assert _files(Path(place)) == {
        name: f"rows/{name}" for name in ("a.csv", "b.csv", "deep/c.csv")
    }


def test_a_file_is_downloaded_as_a_file(bucket: Bucket, tmp_path: Path) -> None:
    place = fetch.everything(f"s3://{bucket.name}/rows/a.csv", tmp_path)
    assert Path(place).name == "a.csv"
    assert Path(place).read_text() == "rows/a.csv"


def test_downloads_of_two_addresses_do_not_overwrite_each_other(
    bucket: Bucket, tmp_path: Path
) -> None:
    places = [
        fetch.everything(f"s3://{bucket.name}/days/{span}/a.csv", tmp_path)
        for span in ("1", "2")
    ]
    assert [Path(place).read_text() for place in places] == ["1", "2"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("rows", ["a.csv", "b.csv"]),
        ("rows/", ["a.csv", "b.csv"]),
        ("rows/a.csv", ["a.csv"]),
        ("rows/*.csv", ["a.csv", "b.csv"]),
        ("rows//*.csv", ["a.csv", "b.csv"]),
        ("rows/[b-z].csv", ["b.csv"]),
        ("*/d.csv", ["d.csv"]),
    ],
)
def test_only_files_that_match_the_pattern_are_downloaded(
    bucket: Bucket, tmp_path: Path, pattern: str, expected: list[str]
) -> None:
    mirror = fetch.Mirror(f"s3://{bucket.name}/{pattern}", tmp_path)
    files = sources.list_files(mirror.path)
    mirror.fill(files)
    assert [Path(file).name for file in files] == expected
    assert len([text for text in _files(tmp_path).values() if text]) == len(expected)


def test_spans_are_found_before_anything_is_downloaded(
    bucket: Bucket, tmp_path: Path
) -> None:
    from tfx.proto import example_gen_pb2

    mirror = fetch.Mirror(f"s3://{bucket.name}/days/{{SPAN}}/*.csv", tmp_path)
    assert set(_files(tmp_path).values()) == {""}
    base, pattern = mirror.path.split("/{SPAN}/")
    split = example_gen_pb2.Input.Split(name="all", pattern=f"{{SPAN}}/{pattern}")
    (found,) = sources.resolve(base, example_gen_pb2.Input(splits=[split])).values()
    files = sources.list_files(found)
    mirror.fill(files)
    assert [Path(file).read_text() for file in files] == ["10", "10"]


@pytest.mark.parametrize("rest", ["none", "rows/none.csv", "none/*.csv"])
def test_an_address_without_objects_is_refused(
    bucket: Bucket, tmp_path: Path, rest: str
) -> None:
    address = f"s3://{bucket.name}/{rest}"
    base = address.removesuffix("/*.csv")
    with pytest.raises(ConfigError, match=f"{base}: no object is there; check"):
        fetch.Mirror(address, tmp_path)
    with pytest.raises(ConfigError, match="no object is there; check the address"):
        fetch.everything(base, tmp_path)


def test_a_bucket_that_cannot_be_read_is_named(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^s3://bucket-none/rows: .*check the addr"):
        fetch.everything("s3://bucket-none/rows", tmp_path)


def test_missing_credentials_are_named(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(ConfigError, match=r"redentials.*environment of the task"):
            fetch.everything(f"s3://{bucket.name}/rows", tmp_path)
    finally:
        s3fs.S3FileSystem.clear_instance_cache()


def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec

    def missing(*_: object, **__: object) -> None:
        raise ImportError("Install gcsfs to access Google Storage")

    monkeypatch.setattr(fsspec, "url_to_fs", missing)
    with pytest.raises(ConfigError, match=r"newsdesk\[gcs\]"):
        fetch.everything("gs://bucket/rows", tmp_path)


def test_no_object_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contains `..`"):
        fetch.target_of("bucket/rows/../../../etc/x", "bucket/rows", tmp_path)


def test_a_path_is_not_an_address() -> None:
    assert not any(map(fetch.is_address, ("/rows.csv", "tfds:imdb", "https://x/y")))
    assert all(map(fetch.is_address, ("gs://b", "s3://b", "minio://b")))
