"""Our tokenizer in the graph gives the ids of the preprocessing SavedModel."""

import random
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from newsdesk.errors import ConfigError
from trainer.hub import models, preprocessor

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "caf"]
TEXTS = tf.TensorSpec([None], tf.string)
MAX_LENGTH = 24
ODD = [
    "",
    " \t\n",
    "[CLS] [MASK] ##ing",
    "x" * 100 + " " + "x" * 101,
    "ÉCOLE Ångström naïve e\u0301",
    "Straße STRASSE ẞ",
    "İstanbul ILIK ıslak",
    "ﬁne oﬀer ǅ",
    "漢字 kanji か゛ 가각",
    "😀 a👍🏽b \u200d",
    "zero\u200bwidth soft\u00adhyphen \ufeffbom",
    "\ufffd \x7f bell\x07",
    "“quotes” — dash… №5 ½ x² ١٢٣",
    "don't U.S.-led 3.5% $1,000 AT&T",
]


@pytest.fixture(scope="module")
def thousand(sample_texts: list[str]) -> list[str]:
    """Texts of the sample, odd ones, and random characters of many scripts."""
    rng = random.Random(0)
    ends = [0x7F, 0x24F, 0x5FF, 0x2FFF, 0xD7FF]
    scribble = [
        "".join(chr(rng.randrange(32, rng.choice(ends))) for _ in range(12))
        for _ in range(86)
    ]
    scribble = [
        "".join(sign for sign in text if not _is_disputed(sign)) for text in scribble
    ]
    return [*sample_texts[:900], *ODD, *scribble]


def _is_disputed(sign: str) -> bool:
    """Whether the older tokenizer of the published models takes it for a letter.

    Those are spaces outside of ASCII, which BERT itself was trained to take for
    spaces, and punctuation that is younger than it.
    """
    young = "\u061d\u1b7d\u1b7e" + "".join(map(chr, range(0x2E52, 0x2E5E)))
    return sign in young or (sign != " " and sign.isspace())


@pytest.mark.slow
@pytest.mark.parametrize("lower_case", [True, False])
def test_ids_equal_those_of_the_preprocessing_model(
    imported: Any,
    thousand: list[str],
    transform: Any,
    lower_case: bool,
    tmp_path: Path,
) -> None:
    preprocess = str(imported.preprocess)
    if not lower_case:
        preprocess = _cased(preprocess, tmp_path / "cased")
    rows = [{"text": text, "label": 0} for text in thousand]
    encoder = {"kind": "hub", "path": "unread", "preprocess": preprocess}
    text = {"tokenizer": "encoder", "max_length": MAX_LENGTH}

    ours = [row["input_ids"] for row in transform(tmp_path, rows, text, encoder)]

    assert len(ours) == 1000
    assert ours == _theirs(preprocess, thousand)
    assert max(map(len, ours)) == MAX_LENGTH


def _cased(preprocess: str, folder: Path) -> str:
    from official.nlp.tools import export_tfhub_lib

    export_tfhub_lib.export_preprocessing(
        str(folder),
        vocab_file=f"{preprocess}/assets/vocab.txt",
        do_lower_case=False,
        tokenize_with_offsets=False,
        default_seq_length=20,
    )
    return str(folder)


def _theirs(preprocess: str, texts: list[str]) -> list[list[int]]:
    """What the SavedModel itself gives, without its padding."""
    loaded = models.load(preprocess, "").loaded
    packed = loaded.bert_pack_inputs(
        [loaded.tokenize(tf.constant(texts))], seq_length=tf.constant(MAX_LENGTH)
    )
    mask = tf.cast(packed["input_mask"], tf.bool)
    ids: list[list[int]] = tf.ragged.boolean_mask(
        packed["input_word_ids"], mask
    ).to_list()
    return ids


@pytest.mark.parametrize("lower_case", [True, False])
def test_casing_is_found_by_asking(save_module: Any, lower_case: bool) -> None:
    def tokenize(texts: tf.Tensor) -> tf.RaggedTensor:
        if lower_case:
            texts = tf.strings.regex_replace(tf.strings.lower(texts, "utf-8"), "é", "e")
        return tf.ragged.map_flat_values(
            tf.strings.to_hash_bucket_fast, tf.strings.split(texts), 1000
        )

    folder = save_module("tokenize", tokenize, TEXTS, VOCABULARY)

    assert preprocessor.read(str(folder)).lower_case is lower_case


def test_a_model_without_vocabulary_or_tokenizer_is_refused(save_module: Any) -> None:
    folder = save_module("cut", tf.strings.split, TEXTS)
    with pytest.raises(ConfigError, match=r"saved has no assets/vocab\.txt; use"):
        preprocessor.read(str(folder))


def test_a_model_that_does_not_tokenize_is_refused(save_module: Any) -> None:
    folder = save_module("cut", tf.strings.split, TEXTS, VOCABULARY)
    with pytest.raises(ConfigError, match="is not a preprocessing model, because its"):
        preprocessor.read(str(folder))
