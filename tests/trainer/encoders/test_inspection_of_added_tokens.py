"""Added tokens get the ids that Hugging Face's tokenizers give them."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
from tokenizers import AddedToken, BertWordPieceTokenizer

from newsdesk.errors import DataError
from trainer.encoders import inspection
from trainer.text import checkpoint_tokenizer, word_pieces
from trainer.text import tokenizer as text

SIZE = 40


def write(
    folder: Path,
    added: dict[str, Any] | None = None,
    lower_case: bool = True,
    **keys: Any,
) -> Path:
    if added is not None:
        (folder / "added_tokens.json").write_text(json.dumps(added))
    values = {"do_lower_case": lower_case} | keys
    (folder / "tokenizer_config.json").write_text(json.dumps(values))
    return folder


@pytest.fixture
def folder(write_checkpoint: Any, random_tensors: Any) -> Path:
    """A checkpoint with rows for ten tokens behind its vocabulary."""
    name = "embeddings.word_embeddings.weight"
    rows = tf.pad(random_tensors[name], [[0, SIZE - 30], [0, 0]]).numpy()
    written: Path = write_checkpoint(random_tensors | {name: rows}, vocab_size=SIZE)
    return written


def ids(folder: Path, texts: list[str]) -> list[list[int]]:
    found = text.cutter(checkpoint_tokenizer.read(folder))(tf.constant(texts))
    return [list(map(int, row)) for row in found.to_list()]


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspection.check_checkpoint(str(folder))
    return str(caught.value)


def test_an_added_token_is_matched_literally(folder: Path) -> None:
    write(folder, {"<user>": 30})

    texts = ["the <user> goal", "the<USER>goal", "<us r>", ""]
    assert ids(folder, texts) == [[5, 30, 6], [5, 30, 6], [10, 15, 26, 1, 11], []]
    assert word_pieces.of_checkpoint(folder).names[30:] == ["<user>"]
    assert inspection.check_checkpoint(str(folder)) == [
        f"{folder}: vocab_size is 40 and vocab.txt has 31 tokens: the last 9 rows of "
        "the word embeddings are never used"
    ]


TOKENS = {
    "<user>": {},
    "<URL>": {},
    "<Raw>": {"special": True},
    "ÉCOLE": {},
    "a/b": {"normalized": False},
    "<us": {},
    "日本": {},
    "🙂": {"special": True},
    "C++": {"lstrip": True, "rstrip": True},
    "the": {"normalized": False},
}


@pytest.mark.parametrize("lower_case", [True, False])
@pytest.mark.parametrize("strip_accents", [None, False, True])
def test_ids_are_those_of_the_reference(
    folder: Path, lower_case: bool, strip_accents: bool | None
) -> None:
    reference = BertWordPieceTokenizer(
        str(folder / "vocab.txt"), lowercase=lower_case, strip_accents=strip_accents
    )
    decoder = {}
    for number, (token, settings) in enumerate(TOKENS.items(), 30):
        number = 5 if token == "the" else number
        decoder[str(number)] = {"content": token} | settings
        special = settings.get("special", False)
        one = AddedToken(token, **{"normalized": not special} | settings)
        (reference.add_special_tokens if special else reference.add_tokens)([one])
        assert reference.token_to_id(token) == number
    keys = {"added_tokens_decoder": decoder, "strip_accents": strip_accents}
    write(folder, lower_case=lower_case, **keys)
    chance = random.Random(3)
    parts = [*TOKENS, *map(str.lower, TOKENS), *map(str.upper, TOKENS)]
    parts += ["goal", "Café", " ", "  ", "\t", "é", "E\u0301cole", "\x00", "\u200b"]
    parts += ["<", "a", "b", "/", "文", "日", "\ufdd0", "\ufde0", "\ue000", "u", "Σ"]
    texts = ["".join(chance.choices(parts, k=8)) for _ in range(3000)]

    expected = reference.encode_batch(texts, add_special_tokens=False)
    assert sum(30 <= one < SIZE for row in expected for one in row.ids) > 1000
    different = [
        (text, row.ids, found)
        for text, row, found in zip(texts, expected, ids(folder, texts), strict=True)
        if row.ids != found
    ]
    assert different == []


@pytest.mark.slow
def test_the_served_graph_names_an_added_token(
    folder: Path, transform: Any, tmp_path: Path
) -> None:
    write(folder, {"<user>": 30})
    rows = [{"text": "the <user>", "label": 0}, {"text": "goal", "label": 1}]
    settings = {"tokenizer": "encoder", "max_length": 9}
    encoder = {"kind": "checkpoint", "path": str(folder)}
    found = transform(tmp_path / "graph", rows, settings, encoder)

    assert sorted(row["input_ids"] for row in found) == [[2, 5, 30, 3], [2, 6, 3]]
    asset = tmp_path / "graph" / "transform_fn" / "assets" / "vocab.txt"
    assert asset.read_text(encoding="utf-8").splitlines()[30] == "<user>"


def test_a_token_may_be_declared_in_both_files(folder: Path) -> None:
    decoder = {
        "0": {"content": "[PAD]", "special": True},
        "4": {"content": "[MASK]", "special": True},
        "30": {"content": "<user>", "special": True},
    }
    write(folder, {"<user>": 30, "[MASK]": 4}, added_tokens_decoder=decoder)

    assert ids(folder, ["<user> <USER>"])[0][0] == 30
    assert 30 not in ids(folder, ["<USER>"])[0]
    # As with the Rust library, whether the files declare it or not.
    assert ids(folder, ["[MASK]", "[SEP]"]) == [[4], [3]]


def test_additional_special_tokens_are_matched_with_their_case(folder: Path) -> None:
    write(folder, {"<user>": 30}, additional_special_tokens=["<user>", "goal"])

    assert ids(folder, ["<user>", "<USER>", "cafegoal"])[0] == [30]
    assert 30 not in ids(folder, ["<USER>"])[0]
    assert ids(folder, ["cafegoal", "cafe GOAL"]) == [[7, 6], [7, 6]]


@pytest.mark.parametrize(
    ("added", "keys", "message"),
    [
        ({"<user>": 31}, {}, "'<user>' has the id 31, but the first free id after "),
        ({"<user>": 5}, {}, "'<user>' has the id 5, but vocab.txt:6 has 'the' there"),
        ({"the": 30}, {}, "'the' has the id 30, but vocab.txt:6 has it with the id 5"),
        ({"<a>": 30, "<b>": 30}, {}, "'<b>' and '<a>' have the id 30"),
        ({"<user>": "30"}, {}, "'<user>' has the id '30', which is not a whole number"),
        ({"<user>": True}, {}, "'<user>' has the id True, which is not a whole number"),
        ({"New York": 30}, {}, "'New York' cannot be matched in texts"),
        ({"": 30}, {}, "'' cannot be matched in texts"),
        ({"<a>": 30, "<A>": 31}, {}, "'<a>' and '<A>' are alike without case"),
        ({"\u0301": 30}, {}, "is nothing but accents"),
        (
            {"<user>": 30},
            {"added_tokens_decoder": {"31": {"content": "<user>"}}},
            "'<user>' has the id 30, and 31 in tokenizer_config.json",
        ),
        (
            None,
            {"added_tokens_decoder": {"30": {"content": "x", "single_word": True}}},
            "'x' has single_word = true",
        ),
        (None, {"added_tokens_decoder": {"x": {}}}, "added_tokens_decoder has 'x'"),
        (None, {"added_tokens_decoder": []}, ""),
        (None, {"added_tokens_decoder": [1]}, "added_tokens_decoder is not an object"),
        (None, {"additional_special_tokens": ["<x>"]}, "'<x>' is neither in vocab.txt"),
        ({f"<{n}>": 30 + n for n in range(1001)}, {}, "has 1,001 added tokens"),
        ({f"<{n}>": 30 + n for n in range(11)}, {}, "vocab.txt has 41 tokens, but vo"),
    ],
)
def test_tokens_that_cannot_be_matched_are_refused(
    folder: Path, added: dict[str, Any] | None, keys: dict[str, Any], message: str
) -> None:
    write(folder, added, **keys)

    if message:
        assert message in refusal(folder)
    else:
        assert len(inspection.check_checkpoint(str(folder))) == 1
