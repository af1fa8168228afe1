"""Remote workers get addresses, and the pod of their node keeps a folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kubeflow.container import remote_rows
from kubeflow.files import fetch
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.identity import fingerprint
from tests.support import s3

pytestmark = pytest.mark.slow
ARGS = ["--runner=DirectRunner", "--direct_running_mode=in_memory"]


@pytest.fixture
def bucket() -> Iterator[str]:
    """A bucket with two files of rows."""
    import s3fs

    with s3.bucket() as address:
        for name in "ab":
            s3fs.S3FileSystem().pipe(f"{address}/rows/{name}.csv", name.encode())
        yield address


def _task(address: str) -> Any:
    rows = SimpleNamespace(uri="/s3/out/examples")
    return SimpleNamespace(
        outputs={"examples": [rows]},
        addresses={"examples": f"{address}/out"},
        inputs={},
        sources={},
    )


def test_the_files_of_a_store_are_described_by_their_addresses(
    bucket: str, tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    mirror = fetch.Mirror(f"{bucket}/rows", tmp_path)
    found = sorted(str(file) for file in Path(mirror.path).iterdir())
    assert [Path(file).stat().st_size for file in found] == [0, 0]
    data = make_config().data
    text = remote_rows.described(data, found, mirror, _task(bucket), ARGS)
    described = json.loads(text)
    (tmp_path / "a").write_text("a")
    assert described["digests"][found[0]] == fingerprint.of_file(tmp_path / "a")
    assert described["address"] == f"{bucket}/rows"
    assert mirror.address_of(found[1]) == f"{bucket}/rows/b.csv"


def test_files_of_the_image_keep_their_paths(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a")
    text = remote_rows.described(make_config().data, [str(file)], None, _task(""), [])
    assert json.loads(text) == {
        "folder": "",
        "address": "",
        "digests": {str(file): fingerprint.of_file(file)},
    }


def test_a_column_of_splits_needs_the_names_of_the_splits(
    bucket: str, tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    mirror = fetch.Mirror(f"{bucket}/rows", tmp_path)
    data = make_config(data={"split_column": "set"}).data
    with pytest.raises(ConfigError, match=r"set data\.named_splits, such as"):
        remote_rows.described(data, [], mirror, _task(bucket), ARGS)


def test_rows_go_to_an_address_without_what_a_killed_attempt_left(bucket: str) -> None:
    import s3fs

    files = s3fs.S3FileSystem()
    files.pipe(f"{bucket}/out/Split-train/old.gz", b"x")
    task = _task(bucket)
    with remote_rows.in_store(task):
        assert task.outputs["examples"][0].uri == f"{bucket}/out"
        assert not files.exists(f"{bucket}/out")
    assert task.outputs["examples"][0].uri == "/s3/out/examples"


def test_workers_read_rows_and_write_statistics_in_the_store(
    bucket: str, tmp_path: Path
) -> None:
    import s3fs
    import tensorflow as tf
    from tfx.components.util import examples_utils
    from tfx.proto import example_gen_pb2
    from tfx.types import standard_artifacts

    from components.statistics_gen import Executor

    values = {"text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"a"]))}
    row = tf.train.Example(features=tf.train.Features(feature=values))
    with tf.io.TFRecordWriter(str(tmp_path / "rows.gz"), "GZIP") as writer:
        writer.write(row.SerializeToString())
    files = s3fs.S3FileSystem()
    files.put(str(tmp_path / "rows.gz"), f"{bucket}/in/Split-train/rows.gz")
    (tmp_path / "schema.pbtxt").write_text('feature { name: "text" type: BYTES }')
    examples, schema = standard_artifacts.Examples(), standard_artifacts.Schema()
    statistics = standard_artifacts.ExampleStatistics()
    examples.uri, statistics.uri = "/s3/in", "/s3/out"
    schema.uri, examples.split_names = str(tmp_path / "schema"), '["train"]'
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema.pbtxt").rename(tmp_path / "schema" / "schema.pbtxt")
    examples_utils.set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    inputs = {"examples": [examples], "schema": [schema]}
    task: Any = SimpleNamespace(
        inputs=inputs,
        outputs={"statistics": [statistics]},
        addresses={"statistics": f"{bucket}/out"},
        sources={"examples": [f"{bucket}/in"], "schema": [f"{bucket}/schema"]},
    )
    context = Executor.Context(
        beam_pipeline_args=ARGS, tmp_dir=str(tmp_path / "tmp"), unique_id="1"
    )
    with remote_rows.in_store(task):
        Executor(context).Do(inputs, task.outputs, {"exclude_splits": "[]"})
    assert files.find(f"{bucket}/out") == [
        f"{bucket.removeprefix('s3://')}/out/Split-train/FeatureStats.pb"
    ]
    assert (examples.uri, statistics.uri) == ("/s3/in", "/s3/out")


def test_artifacts_must_be_in_a_store() -> None:
    assert remote_rows.address("minio://b/x/") == "s3://b/x"
    with pytest.raises(ConfigError, match=r"set kubeflow\.root to an address"):
        remote_rows.address("/pipeline/x")
