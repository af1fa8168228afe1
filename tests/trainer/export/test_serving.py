"""The exported model, moved, alone, in a fresh process."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tfx.components.trainer.fn_args_utils import FnArgs

from newsdesk.errors import ModelError
from newsdesk.inspection import signatures
from trainer.export import serving
from trainer.launch import run_fn
from trainer.training import train
from trainer.training.job import Job

pytestmark = pytest.mark.slow

# Runs with nothing of this project at hand: what a stranger's server would do.
STRANGER = """
import json, sys
import tensorflow as tf
import tensorflow_text

assert not {"newsdesk", "pipeline", "trainer"} & set(sys.modules)
signatures = tf.saved_model.load(sys.argv[1]).signatures

def call(name, **inputs):
    outputs = signatures[name](**inputs)
    return {key: value.numpy() for key, value in outputs.items()}

def names(array):
    return [[name.decode() for name in row] for row in array]

def example(text):
    feature = tf.train.Feature(bytes_list=tf.train.BytesList(value=[text]))
    features = tf.train.Features(feature={"text": feature})
    return tf.train.Example(features=features).SerializeToString()

texts = [b"oil falls", b"", b"\\xff\\xfe", b"falls " * 99, b"unheard of"]
one = call("serving_default", text=tf.constant([texts[0]]))
many = call("serving_default", text=tf.constant(texts * 13))
parsed = call("serving_examples", examples=tf.constant([example(t) for t in texts]))
none = call("serving_default", text=tf.constant([], tf.string))
covered = call("coverage", text=tf.constant(texts))
seen = call("attention", text=tf.constant(texts[:2]))
warmed = []
for record in tf.data.TFRecordDataset(
    sys.argv[1] + "/assets.extra/tf_serving_warmup_requests"
).as_numpy_iterator():
    from tensorflow_serving.apis import prediction_log_pb2
    request = prediction_log_pb2.PredictionLog.FromString(record).predict_log.request
    inputs = {
        name: tf.constant(tf.make_ndarray(tensor))
        for name, tensor in request.inputs.items()
    }
    name = request.model_spec.signature_name
    outputs = call(name, **inputs)
    warmed.append([name, len(next(iter(outputs.values())))])
print(json.dumps({
    "warmed": warmed,
    "labels": names(many["labels"]),
    "label": names([many["label"]])[0],
    "probabilities": many["probabilities"].tolist(),
    "alone": one["probabilities"].tolist(),
    "parsed": parsed["probabilities"].tolist(),
    "none": {name: list(value.shape) for name, value in none.items()},
    "tokens": names(seen["tokens"]),
    "truncated": covered["truncated"].tolist(),
    "unknown_share": covered["unknown_share"].tolist(),
    "attention": list(seen["attention"].shape),
    "signatures": sorted(signatures),
}))
"""


@pytest.fixture(scope="module")
def trained(
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What a model of two classes answers after its run's folder is deleted."""
    run = tmp_path_factory.mktemp("run")
    shutil.copytree(words_graph[0], run / "graph")
    run_fn(arguments(run))
    model = tmp_path_factory.mktemp("elsewhere") / "model"
    shutil.move(run / "model", model)
    shutil.rmtree(run)
    answered = subprocess.run(
        [sys.executable, "-c", STRANGER, str(model)],
        cwd=model,
        env={"PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert answered.returncode == 0, answered.stderr
    answers = json.loads(answered.stdout)
    answers["difference"] = signatures.difference(model)
    card = json.loads((model / "assets.extra" / "newsdesk.json").read_text())
    files = {str(file.relative_to(model)) for file in model.rglob("*")}
    return {"card": card, "files": files, **answers}


def test_an_export_that_does_more_than_classify_fails_the_training(
    words_graph: tuple[Path, list[dict[str, Any]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(words_graph[0], tmp_path / "graph")
    answer = serving.Served.answer

    def printed(self: serving.Served, texts: tf.Tensor) -> dict[str, tf.Tensor]:
        tf.raw_ops.PrintV2(input=tf.constant("seen"))
        return answer(self, texts)

    monkeypatch.setattr(serving.Served, "answer", printed)
    with pytest.raises(ModelError, match="model: function .* the operation PrintV2,"):
        train.run_fn(Job.of(arguments(tmp_path)))


def arguments(run: Path) -> FnArgs:
    """What the Trainer would hand to run_fn."""
    return FnArgs(
        train_files=[str(run / "graph" / "rows.gz")],
        eval_files=[str(run / "graph" / "rows.gz")],
        transform_graph_path=str(run / "graph"),
        serving_model_dir=str(run / "model"),
        model_run_dir=str(run / "logs"),
        custom_config={
            "text": {"vocabulary_size": 4, "max_length": 3},
            "model": {},
            "optimizer": {},
            "train": {"epochs": 1, "seed": 7},
            "labels": ["Öl", "Other"],
            "text_columns": ["title", "body"],
            "fingerprint": "",
        },
    )


def test_every_text_gets_a_label_and_probabilities(trained: dict[str, Any]) -> None:
    assert trained["labels"] == [["Öl", "Other"]] * 65
    for label, row in zip(trained["label"], trained["probabilities"], strict=True):
        assert sum(row) == pytest.approx(1, abs=1e-5)
        assert label == ["Öl", "Other"][row.index(max(row))]


def test_batch_size_and_signature_do_not_change_an_answer(
    trained: dict[str, Any],
) -> None:
    many = trained["probabilities"]

    assert trained["alone"][0] == pytest.approx(many[0], abs=1e-5)
    for examples, texts in zip(trained["parsed"], many[:5], strict=True):
        assert examples == pytest.approx(texts, abs=1e-5)


def test_a_batch_may_be_empty(trained: dict[str, Any]) -> None:
    assert trained["none"] == {
        "label": [0],
        "labels": [0, 2],
        "probabilities": [0, 2],
    }


def test_the_warm_up_requests_are_answered(trained: dict[str, Any]) -> None:
    single, several = ["serving_default", 1], ["serving_default", 32]
    assert trained["warmed"][:-3] and trained["warmed"][-3] == several
    assert all(one == single for one in trained["warmed"][:-3])
    assert trained["warmed"][-2:] == [["serving_examples", 1], ["coverage", 1]]


def test_attention_comes_with_its_tokens(trained: dict[str, Any]) -> None:
    assert trained["tokens"] == [["oil", "falls"], ["[UNK]", ""]]
    assert trained["attention"] == [2, 1, 2, 2, 2]


def test_the_model_says_what_it_sees_and_knows_of_a_text(
    trained: dict[str, Any],
) -> None:
    assert trained["truncated"] == [False, False, False, True, False]
    assert trained["unknown_share"] == [0, 1, 1, 0, 1]


def test_nothing_but_inference_is_exported(trained: dict[str, Any]) -> None:
    assert trained["signatures"] == [
        "attention",
        "coverage",
        "serving_default",
        "serving_examples",
    ]
    assert "keras_metadata.pb" not in trained["files"]
    assert "assets/tokens" in trained["files"]


def test_the_card_describes_how_the_model_was_made(trained: dict[str, Any]) -> None:
    card = trained["card"]

    assert set(card.pop("versions")) == {
        "newsdesk",
        "tensorflow",
        "tensorflow-text",
        "tfx",
    }
    assert len(card.pop("data_fingerprint")) == 64
    assert 0 <= card.pop("eval_accuracy") <= 1
    assert 0 <= card.pop("eval_macro_f1") <= 1
    assert card.pop("eval_loss") > 0
    # Five rows are too few for another temperature.
    assert card.pop("temperature") == 1
    assert card.pop("training")["ended"] == "epochs"
    assert card == {
        "text_columns": ["title", "body"],
        "quoting": "auto",
        "encoding": "auto",
        "delimiter": "auto",
        "columns": [],
        "labels": ["Öl", "Other"],
        "max_length": 3,
        "tokenizer": "words",
        "encoder": "transformer",
        "train_rows": 5,
        "seed": 7,
    }


def test_the_signatures_are_those_that_a_baseline_must_have(
    trained: dict[str, Any],
) -> None:
    assert trained["difference"] is None
