"""Checkpoints with which training failed or went wrong before."""

import string
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tokenizers import BertWordPieceTokenizer

from newsdesk.config.encoders import CheckpointEncoder
from newsdesk.errors import DataError
from trainer import encoders
from trainer.encoders import inspection
from trainer.text import checkpoint_tokenizer, tokenizer

LETTERS = [*string.ascii_lowercase, *(f"##{one}" for one in string.ascii_lowercase)]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = ["the", "market", "goal", "cafe", "中", "文"]
TEXTS = [
    "The market",
    "Café <user> goals",
    "the<user>market <USER>",
    "中文 goal",
    "",
    "Ünknown ½ words",
]


@pytest.fixture
def cases(shared: Path) -> Path:
    """The folder with the checkpoints."""
    folder = shared / "cases" / "checkpoints"
    if not folder.is_dir():
        pytest.skip("no cases of checkpoints beside the clone")
    return folder


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tokenizer_class_japanese", "tokenizer_class is 'BertJapaneseTokenizer'"),
        (
            "nan_weights",
            r"model\.safetensors: \S+ holds NaN \([\d,]+ of [\d,]+ values\)",
        ),
        ("lfs_pointer", r"model\.safetensors: is a pointer of Git LFS"),
    ],
)
def test_wrong_checkpoints_are_refused(cases: Path, name: str, message: str) -> None:
    folder = str(cases / name)
    with pytest.raises(DataError, match=message):
        inspection.check_checkpoint(folder)
    if name != "tokenizer_class_japanese":
        with pytest.raises(DataError, match=message):
            encoders.build(CheckpointEncoder(kind="checkpoint", path=folder), 63, 40)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("added_tokens", None),
        ("vocab_bom", None),
        ("vocab_padded", "the last 3 rows of the word embeddings are never used"),
        ("no_tokenizer_config", "is missing; assumed do_lower_case = true"),
    ],
)
def test_good_checkpoints_give_the_ids_of_the_reference(
    cases: Path, tmp_path: Path, name: str, note: str | None
) -> None:
    folder = cases / name
    vocabulary = [*SPECIAL, *LETTERS, *WORDS]
    (tmp_path / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    reference = BertWordPieceTokenizer(str(tmp_path / "vocab.txt"))
    if name == "added_tokens":
        reference.add_tokens(["<user>"])
    found = checkpoint_tokenizer.of_checkpoint(folder)
    ids = tokenizer.cutter(found)(tf.constant([*TEXTS, *vocabulary[5:]])).to_list()
    expected = reference.encode_batch(
        [*TEXTS, *vocabulary[5:]], add_special_tokens=False
    )

    assert list(found.names[:63]) == vocabulary
    assert ids == [row.ids for row in expected]
    assert [63 in row for row in ids[:3]] == [False] + 2 * [name == "added_tokens"]
    notes = inspection.check_checkpoint(str(folder))
    assert notes == [] if note is None else note in notes[0] and len(notes) == 1
    config = CheckpointEncoder(kind="checkpoint", path=str(folder))
    layer = encoders.build(config, len(found.names), 40)
    assert np.isfinite(layer(tf.constant([[2, len(found.names) - 1, 3]]))).all()
