"""A BERT with tokenizer.json alone, as transformers 5 saves it, is read as before."""

import csv
import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from tokenizers import BertWordPieceTokenizer

from trainer.encoders import inspection
from trainer.text import checkpoint_tokenizer
from trainer.text import tokenizer as text
from trainer.text.vocabularies import file_of


def saved_again(folder: Path, to: Path) -> Path:
    """Copies a checkpoint, with tokenizer.json in the place of vocab.txt."""
    to.mkdir()
    for name in ("config.json", "model.safetensors"):
        shutil.copy(folder / name, to)
    tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    tokenizer.save(str(to / "tokenizer.json"))
    return to


@pytest.mark.slow
def test_minilm_gets_the_same_ids_for_every_row_of_ag_news(
    minilm: Path, shared: Path, tmp_path: Path
) -> None:
    folder = saved_again(minilm, tmp_path / "again")
    with open(shared / "data/ag_news/train.csv", encoding="utf-8") as stream:
        texts = [
            f"{row['title']} {row['description']}" for row in csv.DictReader(stream)
        ]

    assert inspection.check_checkpoint(str(folder)) == []
    newer, older = (checkpoint_tokenizer.of_checkpoint(one) for one in (folder, minilm))
    assert newer.names == older.names
    found = text.cutter(newer)(tf.constant(texts))
    expected = text.cutter(older)(tf.constant(texts))
    assert len(texts) == 19_991
    assert found.to_list() == expected.to_list()


def test_the_asset_of_a_tokenizer_has_a_token_a_line() -> None:
    file = Path(file_of(["[PAD]", "two\nlines", "a"]))

    assert file.read_text(encoding="utf-8").split("\n") == [
        *("[PAD]", "two\\nlines", "a"),
        "",
    ]
