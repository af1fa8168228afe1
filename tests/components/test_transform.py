"""Transform in one process gives the graph, the ids and the files that Beam gives."""

import json
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tfx.types import artifact_utils, standard_artifacts

from components.transform import Executor

pytestmark = pytest.mark.slow

SCHEMA = """
feature { name: "text" type: BYTES presence { min_fraction: 1 } shape { } }
feature { name: "label" type: INT presence { min_fraction: 1 } shape { } }
feature { name: "source" type: BYTES presence { min_fraction: 1 } shape { } }
"""
TRAIN = [
    ("Oil falls, oil", 0),
    ("cup final", 1),
    ("oil cup falls again", 0),
    ("...", 1),
    ("again and again", 1),
    ("gas and cup", 0),
]
EVAL = [("cup of gas", 1), ("", 0), ("über oil", 1)]
IN_ONE_PROCESS = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
BY_BEAM = ("--runner=DirectRunner", "--direct_running_mode=in_memory")


def _example(text: str, label: int) -> bytes:
    feature = {
        "text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
        "source": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"web"])),
    }
    example = tf.train.Example(features=tf.train.Features(feature=feature))
    return bytes(example.SerializeToString())


def _transformed(
    folder: Path, text: dict[str, Any], *beam_args: str, train: Any = TRAIN
) -> dict[str, Any]:
    """Runs the executor; returns vocabulary, rows, and what the graph gives."""
    examples = standard_artifacts.Examples()
    examples.uri = str(folder / "examples")
    examples.split_names = artifact_utils.encode_split_names(["train", "eval", "test"])
    for split, rows in (("train", train), ("eval", EVAL), ("test", EVAL)):
        target = folder / "examples" / f"Split-{split}"
        target.mkdir(parents=True)
        with tf.io.TFRecordWriter(str(target / "data.gz"), "GZIP") as writer:
            for row in rows:
                writer.write(_example(*row))
    schema = standard_artifacts.Schema()
    schema.uri = str(folder / "schema")
    (folder / "schema").mkdir()
    (folder / "schema" / "schema.pbtxt").write_text(SCHEMA)
    graph, written = standard_artifacts.TransformGraph(), standard_artifacts.Examples()
    graph.uri, written.uri = str(folder / "graph"), str(folder / "transformed")
    settings = {
        "text": text,
        "encoder": {"kind": "transformer"},
        "fingerprint": "x",
        "learner": "trainer.preprocessing.learn",
    }
    context = Executor.Context(
        beam_pipeline_args=list(beam_args), tmp_dir=str(folder / "tmp"), unique_id="1"
    )
    Executor(context).Do(
        {"examples": [examples], "schema": [schema]},
        {"transform_graph": [graph], "transformed_examples": [written]},
        {
            "preprocessing_fn": "trainer.preprocessing.preprocessing_fn",
            "custom_config": json.dumps(settings),
            "splits_config": '{"analyze": ["train"], "transform": ["train", "eval"]}',
            "disable_statistics": 1,
        },
    )
    output = tft.TFTransformOutput(graph.uri)
    layer = output.transform_features_layer()
    served = layer({"text": tf.constant([text for text, _ in EVAL])})
    return {
        "splits": written.split_names,
        "vocabulary": Path(output.vocabulary_file_by_name("tokens")).read_bytes(),
        "raw": output.raw_metadata.schema,
        "schema": output.transformed_metadata.schema,
        "spec": output.transformed_feature_spec(),
        "rows": {
            split: sorted(
                record
                for file in Path(written.uri, f"Split-{split}").iterdir()
                for record in _records(file)
            )
            for split in ("train", "eval")
        },
        "served": tf.sparse.to_dense(served["input_ids"]).numpy().tolist(),
    }


def _records(file: Path) -> list[str]:
    dataset = tf.data.TFRecordDataset(str(file), compression_type="GZIP")
    return [
        str(tf.train.Example.FromString(record))
        for record in dataset.as_numpy_iterator()
    ]


@pytest.mark.parametrize(
    "text",
    [
        {"min_frequency": 1, "max_length": 3},
        # Fewer words than there are, several of which are in as many rows.
        {"min_frequency": 2, "max_length": 8, "vocabulary_size": 5},
    ],
)
def test_words_in_one_process_are_those_of_beam(
    tmp_path: Path, text: dict[str, Any]
) -> None:
    found = _transformed(tmp_path / "here", text, IN_ONE_PROCESS)
    assert found == _transformed(tmp_path / "beam", text, *BY_BEAM)
    assert found["rows"]["eval"]


def test_learned_pieces_need_beam(tmp_path: Path) -> None:
    text = {"tokenizer": "pieces", "vocabulary_size": 300, "max_length": 8}
    found = _transformed(tmp_path / "here", text, IN_ONE_PROCESS)
    assert found == _transformed(tmp_path / "beam", text, *BY_BEAM)


def test_without_any_word_the_vocabulary_is_that_of_beam(tmp_path: Path) -> None:
    text = {"min_frequency": 1, "max_length": 3}
    nothing = [("...", 0), ("", 1)]
    found = _transformed(tmp_path / "here", text, IN_ONE_PROCESS, train=nothing)
    assert found == _transformed(tmp_path / "beam", text, *BY_BEAM, train=nothing)


def test_given_pieces_are_found_in_the_graph(tmp_path: Path) -> None:
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "oil", "cup", "fall", "##s"]
    (tmp_path / "vocab.txt").write_text("\n".join(pieces) + "\n")
    text = {"tokenizer": "wordpiece", "vocabulary": str(tmp_path / "vocab.txt")}
    found = _transformed(tmp_path / "here", text, IN_ONE_PROCESS)
    assert found == _transformed(tmp_path / "beam", text, *BY_BEAM)
