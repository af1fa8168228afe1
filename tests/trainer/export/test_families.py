"""Each family trains, is published, moves, and answers without this project."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tfx.components.trainer.fn_args_utils import FnArgs

from newsdesk.inspection import parsed
from newsdesk.inspection.bounded import is_bounded
from tests.support.publishing import publish
from trainer.export import readable
from trainer.text.padding import swapped
from trainer.training.train import run_fn

pytestmark = pytest.mark.slow

FAMILIES = (
    *("bert-uncased", "distilbert", "electra"),
    *("modernbert", "roberta", "xlm-roberta", "camembert"),
)
# It has no reference of its own, but the layout of another family.
SAME_LAYOUT = {"camembert": "xlm-roberta"}
LABELS = ["Odd", "Even"]
MAX_LENGTH = 32
# A server needs these two libraries, and has nothing of this project.
STRANGER = """
import json, sys
import tensorflow as tf
import tensorflow_text

assert not {"newsdesk", "pipeline", "trainer", "tf_keras"} & set(sys.modules)
signatures = tf.saved_model.load(sys.argv[1]).signatures
texts = json.loads(sys.argv[2])

def answers(texts):
    found = signatures["serving_default"](text=tf.constant(texts, tf.string))
    return found["probabilities"].numpy().tolist()

seen = signatures["attention"](text=tf.constant(texts))
print(json.dumps({
    "many": answers(texts),
    "alone": [answers([text])[0] for text in texts],
    "none": answers([]),
    "tokens": [[t.decode() for t in row] for row in seen["tokens"].numpy()],
    "attention": list(seen["attention"].shape),
}))
"""


@pytest.fixture(params=FAMILIES)
def trained(
    request: pytest.FixtureRequest, shared: Path, transform: Any, tmp_path: Path
) -> dict[str, Any]:
    """A published model of one family, away from the deleted files of its run."""
    name = SAME_LAYOUT.get(request.param, request.param)
    source = shared / "reference" / "encoders" / name
    if not source.is_dir():
        pytest.skip("no reference encoders beside the clone")
    run = tmp_path / "run"
    shutil.copytree(source, run / "checkpoint")
    config = json.loads((source / "config.json").read_text())
    if name != request.param:
        changed = json.dumps(config | {"model_type": request.param})
        (run / "checkpoint" / "config.json").write_text(changed)
    reference = json.loads((source / "reference.json").read_text())["rows"]
    encoder = {"kind": "checkpoint", "path": str(run / "checkpoint")}
    text = {"tokenizer": "encoder", "max_length": MAX_LENGTH}
    rows = [
        {"text": row["text"], "label": place % 2} for place, row in enumerate(reference)
    ]
    found = transform(run / "graph", rows, text, encoder)
    custom_config = {
        "text": text,
        "model": {"encoder": encoder, "pooling": "cls"},
        "optimizer": {"learning_rate": 1e-3, "layer_decay": 0.9},
        "train": {"epochs": 1, "batch_size": 8, "precision": "bfloat16"},
        "labels": LABELS,
        "text_columns": ["text"],
        "fingerprint": "",
    }
    run_fn(
        FnArgs(
            train_files=[str(run / "graph" / "rows.gz")],
            eval_files=[str(run / "graph" / "rows.gz")],
            transform_graph_path=str(run / "graph"),
            serving_model_dir=str(run / "model"),
            model_run_dir=str(run / "logs"),
            custom_config=custom_config,
        )
    )
    texts = [row["text"] for row in reference]
    version = publish(run / "model", texts, LABELS, run / "publishing")
    shutil.move(version, tmp_path / "moved")
    shutil.rmtree(run)
    return {
        "model": tmp_path / "moved",
        "padding": config["pad_token_id"],
        "reference": reference,
        "ids": {row["text_key"][0]: row["input_ids"] for row in found}.values(),
    }


def test_a_family_is_trained_published_and_served(trained: dict[str, Any]) -> None:
    padding, reference = trained["padding"], trained["reference"]
    short = [row for row in reference if len(row["ids"]) <= MAX_LENGTH]
    ours = {tuple(ids) for ids in trained["ids"]}
    exchange = {0: padding, padding: 0}

    for row in short:
        assert tuple(exchange.get(one, one) for one in row["ids"]) in ours
    assert all(0 not in ids for ids in ours)

    assert is_bounded(parsed.read(trained["model"] / "saved_model.pb"))
    texts = [row["text"] for row in short[:4]]
    answered = subprocess.run(
        [sys.executable, "-c", STRANGER, str(trained["model"]), json.dumps(texts)],
        cwd=trained["model"],
        env={"PATH": "", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert answered.returncode == 0, answered.stderr
    found = json.loads(answered.stdout)
    assert found["none"] == []
    for many, alone in zip(found["many"], found["alone"], strict=True):
        assert sum(many) == pytest.approx(1, abs=1e-3)
        assert many == pytest.approx(alone, abs=0.01)
    names = (trained["model"] / "assets" / "vocab.txt").read_text().splitlines()
    decode = readable.decoded if readable.is_byte_level(names) else readable.with_bytes
    theirs = [decode(name) for name in swapped(names, padding)]
    for row, tokens in zip(short[:4], found["tokens"], strict=True):
        assert [t for t in tokens if t] == [theirs[one] for one in row["ids"]]
    longest = max(len(row["ids"]) for row in short[:4])
    assert found["attention"] == [4, 3, 4, longest, longest]
