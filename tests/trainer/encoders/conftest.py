"""A tiny random BERT, written as Hugging Face publishes one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from trainer.pretrained.bert_config import BertConfig

Tensors = dict[str, np.ndarray]
WriteCheckpoint = Callable[..., Path]

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "vocab_size": 30,
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 12,
    "max_position_embeddings": 20,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "transformers_version": "4.8.2",
}
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "goal", "cafe", "中", "文", "<", ">", "/", "a", "b", "u", "s"]
PIECES = [*SPECIAL, *WORDS, *(f"##{letter}" for letter in "abegilnorstxu")]


@pytest.fixture(scope="session")
def random_tensors() -> Tensors:
    """Float32 values of a spread that lets every part of the encoder count."""
    random = np.random.default_rng(5)
    shapes = BertConfig.model_validate(CONFIG).tensor_shapes(has_pooler=True)
    return {
        name: random.normal(name.endswith("LayerNorm.weight"), 0.3, shape).astype("f4")
        for name, shape in shapes.items()
    }


@pytest.fixture
def write_checkpoint(tmp_path: Path, random_tensors: Tensors) -> WriteCheckpoint:
    """Writes the checkpoint; keys of config.json and tensors may be replaced."""

    def write(tensors: Tensors | None = None, **config: Any) -> Path:
        folder = tmp_path / "checkpoint"
        folder.mkdir()
        (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
        (folder / "tokenizer_config.json").write_text('{"do_lower_case": true}')
        values = {k: v for k, v in (CONFIG | config).items() if v is not None}
        (folder / "config.json").write_text(json.dumps(values))
        safetensors.numpy.save_file(
            random_tensors if tensors is None else tensors,
            folder / "model.safetensors",
        )
        return folder

    return write
