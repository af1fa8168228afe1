"""Ids are those of the reference encoders, from the files of either layout alone."""

import json
import shutil
from pathlib import Path

import pytest
import tensorflow as tf

from trainer.text import checkpoint_tokenizer
from trainer.tokenizers.graph import Tokenizer

OLDER = ("vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model")
BOTH = ("config.json", "tokenizer_config.json")
LAYOUTS = [
    *((name, "newer") for name in ("bert-uncased", "distilbert", "electra")),
    *((name, "newer") for name in ("modernbert", "roberta", "xlm-roberta")),
    *((name, "older") for name in ("bert-uncased", "distilbert", "electra")),
    *((name, "older") for name in ("roberta", "xlm-roberta")),
]


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_ids_are_those_of_the_reference(
    name: str, layout: str, encoders: Path, tmp_path: Path
) -> None:
    for file in (*BOTH, *(OLDER if layout == "older" else ["tokenizer.json"])):
        if (encoders / name / file).exists():
            shutil.copy(encoders / name / file, tmp_path)
    reference = json.loads((encoders / name / "reference.json").read_text())
    texts = [row["text"] for row in reference["rows"]]

    tokenizer = Tokenizer(checkpoint_tokenizer.read(tmp_path))
    found = tokenizer.with_ends(tokenizer(tf.constant(texts)), reference["max_length"])

    assert len(texts) == 41
    assert found.to_list() == [row["ids"] for row in reference["rows"]]


def test_special_ids_and_the_longest_text_come_from_the_files(
    encoders: Path, tmp_path: Path
) -> None:
    shutil.copytree(encoders / "roberta", tmp_path, dirs_exist_ok=True)
    (tmp_path / "tokenizer_config.json").write_text('{"model_max_length": 512}')

    spec = checkpoint_tokenizer.read(tmp_path)

    assert spec.special == {"pad": 1, "cls": 0, "sep": 2}
    assert (spec.longest, len(spec.names)) == (512, 700)
    assert [file.name for file in spec.files] == [
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="has no tokenizer; give tokenizer.json, or"):
        checkpoint_tokenizer.read(tmp_path)


@pytest.mark.parametrize("name", ["roberta", "xlm-roberta"])
def test_literal_special_tokens_may_be_text(name: str, encoders: Path) -> None:
    spec = checkpoint_tokenizer.read(encoders / name)
    texts = tf.constant(["a </s> b"])

    special = Tokenizer(spec)(texts).to_list()[0]
    text = Tokenizer(spec, literals="text")(texts).to_list()[0]

    assert 2 in special
    assert 2 not in text
