"""A tiny random BERT that can spell, imported as the hub would have it."""

import csv
import json
import os
import string
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf

from trainer.pretrained.bert_config import BertConfig

SAMPLE = Path(__file__).parents[3] / "pipeline" / "sample" / "sample.csv"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SaveModule = Callable[..., Path]


@dataclass(frozen=True)
class Imported:
    """What `newsdesk encoder import` wrote and said."""

    encoder: Path
    preprocess: Path
    said: str


@pytest.fixture(scope="session")
def sample_texts() -> list[str]:
    """The texts of the bundled sample."""
    with SAMPLE.open(encoding="utf-8", newline="") as stream:
        return [f"{r['title']} {r['description']}" for r in csv.DictReader(stream)]


@pytest.fixture(scope="session")
def checkpoint(
    sample_texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two blocks of width 8, 20 positions; letters and the sample's commonest words."""
    folder = tmp_path_factory.mktemp("checkpoint")
    signs = [*string.ascii_lowercase, *string.digits]
    words = Counter(word for text in sample_texts for word in text.lower().split())
    common = [word for word, _ in words.most_common(300) if word.isalpha()]
    pieces = [
        *SPECIAL,
        *signs,
        *string.punctuation,
        *[f"##{sign}" for sign in signs],
        *[word for word in common if len(word) > 1],
    ]
    config: dict[str, Any] = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "vocab_size": len(pieces),
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 12,
        "max_position_embeddings": 20,
        "type_vocab_size": 2,
    }
    random = np.random.default_rng(5)
    shapes = BertConfig.model_validate(config).tensor_shapes(has_pooler=True)
    tensors = {
        name: random.normal(name.endswith("LayerNorm.weight"), 0.3, shape).astype("f4")
        for name, shape in shapes.items()
    }
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": true}')
    safetensors.numpy.save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="session")
def imported(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The checkpoint after the command; takes some ten seconds."""
    work = tmp_path_factory.mktemp("imported")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "encoder", "import"]
        + [str(checkpoint), "--to", "new/tiny"],
        capture_output=True,
        text=True,
        cwd=work,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    folder = work / "new" / "tiny"
    return Imported(folder / "encoder", folder / "preprocess", done.stdout)


@pytest.fixture
def save_module(tmp_path: Path) -> SaveModule:
    """Saves a tf.Module that has a function under a name, and perhaps a vocabulary."""

    def save(
        name: str, function: Any, spec: Any, vocabulary: list[str] | None = None
    ) -> Path:
        module = tf.Module()
        module.weight = tf.Variable(1.0, trainable=False)
        setattr(module, name, tf.function(function, input_signature=[spec]))
        if vocabulary is not None:
            (tmp_path / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
            module.asset = tf.saved_model.Asset(str(tmp_path / "vocab.txt"))
        tf.saved_model.save(module, str(tmp_path / "saved"))
        return tmp_path / "saved"

    return save
