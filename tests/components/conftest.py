"""Runs TextExampleGen as TFX does, on small files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from newsdesk.config.beam import Beam
from newsdesk.config.sections import Config
from pipeline.beam import beam_args


class Outcome(NamedTuple):
    """The outputs of a run: rows by split, counts, quarantine, examples artifact."""

    splits: dict[str, list[dict[str, Any]]]
    summary: dict[str, Any]
    refused: list[dict[str, Any]]
    examples: Any


@pytest.fixture
def generate(tmp_path: Path, make_config: Callable[..., Config]) -> Callable[..., Any]:
    """Runs only the executor on a data section, and reads its outputs."""

    def run(
        beam: Beam | None = None,
        remote: Any = None,
        rows_to: str | None = None,
        **data: Any,
    ) -> Outcome:
        from tfx.utils import proto_utils

        from components.text_example_gen import named_splits
        from components.text_example_gen.component import TextExampleGen
        from components.text_example_gen.executor import Executor

        wanted = {"text_columns": ["text"], "label_column": "label"} | data
        section = named_splits.find(make_config(data=wanted).data)
        node = TextExampleGen(section, "x")
        properties = {
            key: value if isinstance(value, str) else proto_utils.proto_to_json(value)
            for key, value in node.exec_properties.items()
            if key in ("input_base", "input_config", "data")
        }
        outputs = {}
        for key, channel in node.outputs.items():
            artifact = channel.type()
            artifact.uri = str(tmp_path / "out" / key)
            Path(artifact.uri).mkdir(parents=True, exist_ok=True)
            outputs[key] = [artifact]
        examples = outputs["examples"][0]
        if remote:
            properties["remote"] = remote.text
            examples.uri = rows_to
        context = Executor.Context(
            beam_pipeline_args=beam_args(beam or Beam()),
            tmp_dir=str(tmp_path / "tmp"),
            unique_id="1",
        )
        Executor(context).Do({}, outputs, properties)
        if rows_to:
            examples.uri = _downloaded(rows_to, tmp_path / "downloaded")
        return outcome(examples, outputs["quarantine"][0].uri)

    return run


def _downloaded(address: str, folder: Path) -> str:
    import s3fs

    s3fs.S3FileSystem().get(address, str(folder), recursive=True)
    return str(folder)


def outcome(examples: Any, quarantine: str) -> Outcome:
    import json

    from tfx.types import artifact_utils

    from components.text_example_gen.quarantine import ROWS
    from components.text_example_gen.row_counts import read_summary

    names = artifact_utils.decode_split_names(examples.split_names)
    return Outcome(
        {name: examples_in(Path(examples.uri, f"Split-{name}")) for name in names},
        read_summary(quarantine),
        [json.loads(line) for line in Path(quarantine, ROWS).open()],
        examples,
    )


def examples_in(folder: Path) -> list[dict[str, Any]]:
    import tensorflow as tf

    files = [str(file) for file in sorted(folder.iterdir())]
    rows = []
    for record in tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator():
        feature = tf.train.Example.FromString(record).features.feature
        row: dict[str, Any] = {}
        for name in sorted(feature):
            values = feature[name].bytes_list.value or feature[name].int64_list.value
            (row[name],) = values
        rows.append(row)
    return rows


class Candidate(NamedTuple):
    """A model with its examples and predictions: inputs of the publisher, by name."""

    model: Any
    examples: Any
    predictions: Any


@pytest.fixture(scope="session")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    """Exports a small model, and predicts 100 rows in two files with it."""
    import tensorflow as tf
    from tfx.types import artifact_utils, standard_artifacts

    from components import predictions
    from tests.support import model

    folder = tmp_path_factory.mktemp("candidate")
    made = Candidate(
        standard_artifacts.Model(),
        standard_artifacts.Examples(),
        predictions.RowPredictions(),
    )
    for name, artifact in made._asdict().items():
        artifact.uri = str(folder / name)
    model.export(folder / "model" / "Format-Serving")
    made.examples.split_names = artifact_utils.encode_split_names(["train", "test"])
    split = folder / "examples" / "Split-test"
    split.mkdir(parents=True)
    for number in range(2):
        file = str(split / f"data-0000{number}.gz")
        with tf.io.TFRecordWriter(file, "GZIP") as writer:
            for row in range(number * 50, number * 50 + 50):
                writer.write(_example("é" + "x" * (row % 40), row % 2))
    predictions.Executor().Do(
        {"examples": [made.examples], "model": [made.model]},
        {"predictions": [made.predictions]},
        {"split": "test", "slice_columns": "[]", "fingerprint": ""},
    )
    return made


def _example(text: str, label: int) -> bytes:
    import tensorflow as tf

    example = tf.train.Example()
    example.features.feature["text"].bytes_list.value.append(text.encode())
    example.features.feature["label"].int64_list.value.append(label)
    serialized: bytes = example.SerializeToString()
    return serialized
