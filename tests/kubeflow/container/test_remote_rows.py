"""Remote workers get addresses, and the pod of their node keeps a folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kubeflow.container import remote_rows
from kubeflow.files import fetch
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, DataError
from newsdesk.identity import fingerprint
from newsdesk.nodes import NODES
from tests.support import s3

pytestmark = pytest.mark.slow
ARGS = ["--runner=DirectRunner", "--direct_running_mode=in_memory"]
IN_ONE_PROCESS = ["--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"]
SCHEMA = """
feature { name: "text" type: BYTES presence { min_fraction: 1 } shape { } }
feature { name: "label" type: INT presence { min_fraction: 1 } shape { } }
"""


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
        properties={},
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
    with remote_rows.in_store(task, ["examples"]):
        assert task.outputs["examples"][0].uri == f"{bucket}/out"
        assert task.properties == {"scratch": f"{bucket}/out/scratch"}
        assert not files.exists(f"{bucket}/out")
    assert task.outputs["examples"][0].uri == "/s3/out/examples"


TEXTS = ("oil falls", "cup final", "Oil rises", "oil and gas", "...", "gas")


def _rows(folder: Path, bucket: str) -> Any:
    """Raw examples in the store, of which the pod has an empty folder."""
    import s3fs
    import tensorflow as tf
    from tfx.components.util import examples_utils
    from tfx.proto import example_gen_pb2
    from tfx.types import standard_artifacts

    def example(text: str, label: int) -> Any:
        values = {
            "text": tf.train.Feature(
                bytes_list=tf.train.BytesList(value=[text.encode()])
            ),
            "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
        }
        return tf.train.Example(features=tf.train.Features(feature=values))

    for split in ("train", "eval", "test"):
        # Two files, so that two workers have something to do.
        for part in (0, 1):
            file = folder / f"{split}-{part}.gz"
            with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
                for number, text in enumerate(TEXTS[part::2]):
                    writer.write(example(text, number % 2).SerializeToString())
            address = f"{bucket}/in/Split-{split}/{part}.gz"
            s3fs.S3FileSystem().put(str(file), address)
    examples = standard_artifacts.Examples()
    examples.uri, examples.split_names = "/s3/in", '["train", "eval", "test"]'
    examples_utils.set_payload_format(examples, example_gen_pb2.FORMAT_TF_EXAMPLE)
    examples_utils.set_file_format(examples, "tfrecords_gzip")
    return examples


def _local(folder: Path, bucket: str, examples: Any) -> Any:
    """The same examples in a folder of this machine."""
    import copy

    import s3fs

    s3fs.S3FileSystem().get(f"{bucket}/in", str(folder), recursive=True)
    local = copy.deepcopy(examples)
    local.uri = str(folder)
    return local


def _schema(folder: Path) -> Any:
    from tfx.types import standard_artifacts

    schema = standard_artifacts.Schema()
    schema.uri = str(folder / "schema")
    (folder / "schema").mkdir()
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA)
    return schema


def _do(
    executor: Any, node: str, inputs: Any, outputs: Any, properties: Any, bucket: str
) -> None:
    """Runs an executor as the entry point does."""
    task: Any = SimpleNamespace(
        inputs=inputs,
        outputs=outputs,
        addresses={name: f"{bucket}/out/{name}" for name in outputs},
        sources={name: [f"{bucket}/in"] for name in inputs},
        properties=properties,
    )
    context = executor.Context(beam_pipeline_args=ARGS, unique_id="1")
    with remote_rows.in_store(task, NODES[node].of_workers):
        executor(context).Do(task.inputs, task.outputs, task.properties)


def _left_in(bucket: str) -> list[str]:
    """What is in the store after a node has ended, without the name of the bucket."""
    import s3fs

    found = s3fs.S3FileSystem().find(f"{bucket}/out")
    return [name.partition("/")[2] for name in found]


def test_workers_read_rows_and_write_statistics_in_the_store(
    bucket: str, tmp_path: Path
) -> None:
    from tfx.types import standard_artifacts

    from components.statistics_gen import Executor

    examples = _rows(tmp_path, bucket)
    statistics = standard_artifacts.ExampleStatistics()
    statistics.uri = "/s3/out"
    inputs = {"examples": [examples], "schema": [_schema(tmp_path)]}
    outputs = {"statistics": [statistics]}
    _do(Executor, "StatisticsGen", inputs, outputs, {"exclude_splits": "[]"}, bucket)
    assert _left_in(bucket) == [
        f"out/statistics/Split-{split}/FeatureStats.pb"
        for split in ("eval", "test", "train")
    ]
    assert (examples.uri, statistics.uri) == ("/s3/in", "/s3/out")


def test_workers_count_texts_without_files_of_the_pod(
    bucket: str, tmp_path: Path
) -> None:
    from tfx.types import standard_artifacts

    from components.text_statistics.component import TextStatisticsOfSplits
    from components.text_statistics.executor import Executor

    examples = _rows(tmp_path, bucket)
    assets = tmp_path / "model" / "Format-Serving" / "assets"
    assets.mkdir(parents=True)
    (assets / "tokens").write_text("oil\nfinal\n")
    model = standard_artifacts.Model()
    model.uri = str(tmp_path / "model")
    settings = {
        "text": {"min_frequency": 1, "max_length": 3},
        "encoder": {"kind": "transformer"},
        "fingerprint": "x",
    }
    properties = {
        "counter": "trainer.counting.Counter",
        "settings": json.dumps(settings),
    }
    written = {}
    for name in ("here", "remote"):
        statistics = TextStatisticsOfSplits()
        statistics.uri = str(tmp_path / name)
        outputs = {"statistics": [statistics]}
        if name == "here":
            local = _local(tmp_path / "local", bucket, examples)
            inputs = {"examples": [local], "baseline": [model]}
            Executor(Executor.Context(beam_pipeline_args=IN_ONE_PROCESS)).Do(
                inputs, outputs, dict(properties)
            )
        else:
            inputs = {"examples": [examples], "baseline": [model]}
            node = "TextStatistics"
            _do(Executor, node, inputs, outputs, dict(properties), bucket)
        written[name] = {
            file.name: json.loads(file.read_text())
            for file in (tmp_path / name).iterdir()
        }
    assert written["remote"] == written["here"]
    splits = written["remote"]["statistics.json"]["splits"]
    assert (splits["train"]["rows"], splits["train"]["unknown"]) == (6, 6)
    assert _left_in(bucket) == []


def _transformed(folder: str) -> dict[str, list[str]]:
    """The rows of each split, sorted, in a folder of this machine."""
    import tensorflow as tf

    found = {}
    for split in ("train", "eval"):
        files = [str(file) for file in Path(folder, f"Split-{split}").iterdir()]
        records = tf.data.TFRecordDataset(files, compression_type="GZIP")
        # As text, because the order of the serialized features may differ.
        found[split] = sorted(
            str(tf.train.Example.FromString(record))
            for record in records.as_numpy_iterator()
        )
    return found


@pytest.mark.parametrize(
    "text",
    [
        # Fewer words than there are, several of which are in as many rows.
        {"min_frequency": 1, "max_length": 8, "vocabulary_size": 4},
        {"tokenizer": "wordpiece", "max_length": 8},
    ],
)
def test_workers_transform_rows_as_one_process_does(
    bucket: str, tmp_path: Path, text: dict[str, Any]
) -> None:
    import s3fs
    import tensorflow_transform as tft
    from tfx.types import standard_artifacts

    from components.transform import Executor

    if "tokenizer" in text:
        file = tmp_path / "vocab.txt"
        file.write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\noil\ngas\n")
        text["vocabulary"] = str(file)
    settings = {
        "text": text,
        "encoder": {"kind": "transformer"},
        "fingerprint": "x",
        "learner": "trainer.preprocessing.learn",
        "learner_on_workers": "trainer.preprocessing.learn_on_workers",
    }
    properties = {
        "preprocessing_fn": "trainer.preprocessing.preprocessing_fn",
        "custom_config": json.dumps(settings),
        "splits_config": '{"analyze": ["train"], "transform": ["train", "eval"]}',
        "disable_statistics": 1,
    }
    examples, schema = _rows(tmp_path, bucket), _schema(tmp_path)
    local = _local(tmp_path / "local", bucket, examples)
    found = {}
    for name in ("here", "remote"):
        graph = standard_artifacts.TransformGraph()
        rows = standard_artifacts.Examples()
        graph.uri, rows.uri = str(tmp_path / name), str(tmp_path / f"{name}-rows")
        outputs = {"transform_graph": [graph], "transformed_examples": [rows]}
        if name == "here":
            inputs = {"examples": [local], "schema": [schema]}
            context = Executor.Context(beam_pipeline_args=IN_ONE_PROCESS)
            Executor(context).Do(inputs, outputs, dict(properties))
        else:
            inputs = {"examples": [examples], "schema": [schema]}
            _do(Executor, "Transform", inputs, outputs, dict(properties), bucket)
            assert not Path(rows.uri).exists()
            written = f"{bucket}/out/transformed_examples"
            s3fs.S3FileSystem().get(written, rows.uri, recursive=True)
        output = tft.TFTransformOutput(graph.uri)
        found[name] = {
            "splits": rows.split_names,
            "vocabulary": Path(output.vocabulary_file_by_name("tokens")).read_bytes(),
            "spec": output.transformed_feature_spec(),
            "rows": _transformed(rows.uri),
        }
    assert found["remote"] == found["here"]
    assert len(found["remote"]["rows"]["train"]) == len(TEXTS)
    assert {name.rpartition("/")[0] for name in _left_in(bucket)} == {
        f"out/transformed_examples/Split-{split}" for split in ("train", "eval")
    }


def test_workers_predict_rows_in_the_order_of_one_process(
    bucket: str, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq
    from tfx.types import standard_artifacts

    from components.predictions import Executor, RowPredictions
    from newsdesk.evaluation.prediction_file import FILE
    from tests.support import model as models

    examples, model = _rows(tmp_path, bucket), standard_artifacts.Model()
    local = _local(tmp_path / "local", bucket, examples)
    models.export(tmp_path / "model" / "Format-Serving")
    model.uri = str(tmp_path / "model")
    properties = {"split": "test", "slice_columns": "[]", "fingerprint": ""}
    found = {}
    for name, rows in (("here", local), ("shared", local), ("remote", examples)):
        predictions = RowPredictions()
        predictions.uri = str(tmp_path / name)
        inputs = {"examples": [rows], "model": [model]}
        outputs = {"predictions": [predictions]}
        if name == "remote":
            _do(Executor, "Predictions", inputs, outputs, dict(properties), bucket)
        else:
            args = IN_ONE_PROCESS if name == "here" else ARGS
            context = Executor.Context(beam_pipeline_args=args)
            Executor(context).Do(inputs, outputs, dict(properties))
        assert [file.name for file in (tmp_path / name).iterdir()] == [FILE]
        found[name] = pq.read_table(tmp_path / name / FILE).to_pydict()
    assert found["here"]["text"] == [*TEXTS[::2], *TEXTS[1::2]]
    for name in ("shared", "remote"):
        assert found[name].keys() == found["here"].keys()
        for column in ("text", "label", "predicted"):
            assert found[name][column] == found["here"][column]
        # The batches differ, so floats may in their last digit.
        for column in ("probability", "loss", "probabilities"):
            np.testing.assert_allclose(
                found[name][column], found["here"][column], rtol=1e-5
            )
    assert _left_in(bucket) == []


def test_rows_without_words_have_no_vocabulary_to_learn() -> None:
    from trainer.preprocessing import learn_on_workers

    settings = {
        "text": {"min_frequency": 3},
        "encoder": {"kind": "transformer"},
        "fingerprint": "x",
    }
    with pytest.raises(DataError, match=r"no word that is in 3 rows.*min_frequency"):
        learn_on_workers(lambda *_: [], settings, "")


def test_artifacts_must_be_in_a_store() -> None:
    assert remote_rows.address("minio://b/x/") == "s3://b/x"
    with pytest.raises(ConfigError, match=r"set kubeflow\.root to an address"):
        remote_rows.address("/pipeline/x")
