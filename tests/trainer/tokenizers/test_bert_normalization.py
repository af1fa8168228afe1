"""Token ids are those of Hugging Face's tokenizers, Unicode's odd corners included."""

import csv
import json
import random
import unicodedata
from pathlib import Path

import pytest
import tensorflow as tf
import tensorflow_text as tf_text
from tokenizers import BertWordPieceTokenizer

from trainer.text import word_pieces
from trainer.tokenizers.bert_normalization import LONGEST_WORD_BYTES, normalize

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LETTERS = "aAbBeEiIoOsSzZäÄßẞσςΣıİｆﬁ漢가ｶ1²½½…™'-.,$\u0301\u0307"
WORDS = "oil Oil Öl über Straße STRASSE ΣΟΦΟΣ İstanbul naïve Ångström 日本語 각 e\u0301"
ODD = " \t\n\r\u00a0\u3000\u2028\x00\x01\x07\x0b\x7f\x85"
INVISIBLE = "\u00ad\u200b\u200d\ufeff\ufffd\ue000"
EMOJI = ["😀", "👨\u200d👩\u200d👧", "🇩🇪", "👍🏽"]


def differing(
    texts: list[str], path: Path, lower_case: bool, strip_accents: bool | None
) -> list[str]:
    """The texts for which our ids are not those of the reference."""
    ours = word_pieces.Pieces(
        str(path), word_pieces.read(str(path)), lower_case, strip_accents
    )
    tokenizer = tf_text.FastBertTokenizer(
        ours.names,
        max_bytes_per_word=LONGEST_WORD_BYTES,
        token_out_type=tf.int64,
        lower_case_nfd_strip_accents=False,
    )
    normalized = normalize(tf.constant(texts), lower_case, ours.strips_accents)
    theirs = BertWordPieceTokenizer(
        str(path), lowercase=lower_case, strip_accents=strip_accents
    )
    expected = theirs.encode_batch(texts, add_special_tokens=False)
    found = tokenizer.tokenize(normalized).to_list()
    return [
        text
        for text, one, other in zip(texts, found, expected, strict=True)
        if one != other.ids
    ]


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """Single characters and a few words, cased and not."""
    letters = dict.fromkeys(LETTERS + unicodedata.normalize("NFD", WORDS))
    starts = [*letters, *dict.fromkeys(WORDS.split())]
    names = MARKS + [*starts, *(f"##{letter}" for letter in letters)]
    names = [name for name in dict.fromkeys(names) if name.removeprefix("##").strip()]
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("lower_case", [True, False])
@pytest.mark.parametrize("strip_accents", [None, True, False])
def test_odd_characters_get_the_ids_of_the_reference(
    vocabulary: Path, lower_case: bool, strip_accents: bool | None
) -> None:
    chance = random.Random(4)
    parts = [*LETTERS, *ODD, *INVISIBLE, *EMOJI, *WORDS.split(" "), " "]
    texts = ["".join(chance.choices(parts, k=12)) for _ in range(2000)]

    assert differing(texts, vocabulary, lower_case, strip_accents) == []


@pytest.mark.parametrize("letter", ["a", "1"])
def test_a_word_of_more_than_a_hundred_letters_is_unknown(
    vocabulary: Path, letter: str
) -> None:
    texts = [letter * length for length in (99, 100, 101)] + [letter * 101 + "ß"]

    assert differing(texts, vocabulary, True, None) == []


def test_long_words_of_other_scripts_are_known(vocabulary: Path) -> None:
    assert differing(["σ" * 100, "가" * 100], vocabulary, True, None) == []


def test_bytes_that_are_not_utf_8_are_dropped() -> None:
    texts = tf.constant([b"a\xffb", b"\xc3", b"o\x00il"])

    for lower_case in (True, False):
        found = normalize(texts, lower_case, strip_accents=lower_case)
        assert found.numpy().tolist() == [b"ab", b"", b"oil"]


def test_plain_text_is_left_alone() -> None:
    texts = tf.constant(["Oil, gas & US-funded!\n", ""])

    found = normalize(texts, lower_case=False, strip_accents=False)
    assert found.numpy().tolist() == texts.numpy().tolist()


@pytest.mark.slow
def test_every_row_of_ag_news_gets_the_ids_of_the_reference(
    minilm: Path, shared: Path
) -> None:
    with open(shared / "data/ag_news/train.csv", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    texts = [f"{row['title']} {row['description']}" for row in rows]
    known = json.loads((shared / "reference" / "minilm.json").read_text())
    texts += [one["text"] for one in known]

    assert len(rows) == 19_991
    assert differing(texts, minilm / "vocab.txt", True, None) == []


@pytest.mark.slow
def test_every_character_gets_the_ids_of_the_reference(minilm: Path) -> None:
    numbers = [*range(1, 0xD800), *range(0xE000, 0xE100), *range(0xF000, 0x11000)]
    texts = [f"a{chr(number)}b {chr(number)} oil" for number in numbers]
    found = {text[1] for text in differing(texts, minilm / "vocab.txt", True, None)}

    # Its tables end with Unicode 8, those of TensorFlow's lanes later, and differently.
    assert found == set()
