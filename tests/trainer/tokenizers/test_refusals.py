"""What a tokenizer.json asks for and is not built in is refused by its name."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import DataError
from trainer.text import checkpoint_tokenizer


def at(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Changes one place of the file; the key has dots between its parts."""

    def change(found: Any) -> None:
        *above, last = key.split(".")
        for part in above:
            found = found[int(part) if isinstance(found, list) else part]
        found[int(last) if isinstance(found, list) else last] = value

    return change


REFUSED = [
    (
        "word_piece",
        "normalizer.type",
        "Nmt",
        'normalizer is "Nmt", which is not built in',
    ),
    ("word_piece", "normalizer.clean_text", False, "normalizer.clean_text is false"),
    (
        "word_piece",
        "pre_tokenizer.type",
        "Digits",
        'pre_tokenizer is "Digits", which is',
    ),
    (
        "word_piece",
        "model.type",
        "WordLevel",
        'model is "WordLevel", which is not built',
    ),
    (
        "word_piece",
        "model.max_input_chars_per_word",
        50,
        "max_input_chars_per_word is 50",
    ),
    (
        "word_piece",
        "model.unk_token",
        "<x>",
        'model.unk_token is "<x>", which vocab does',
    ),
    ("word_piece", "model.vocab.a", 0, "model.vocab has the id 0 for"),
    ("word_piece", "model.vocab.a", 9999, "model.vocab has no token with the id"),
    (
        "word_piece",
        "post_processor.type",
        "X",
        'post_processor is "X", which is not built',
    ),
    (
        "word_piece",
        "post_processor.single",
        [],
        "post_processor.single must have the text",
    ),
    (
        "word_piece",
        "added_tokens.0.single_word",
        True,
        "single_word is true, and must be",
    ),
    ("word_piece", "added_tokens.0.id", 7, "added_tokens[0].id is 7"),
    ("word_piece", "normalizer", None, "normalizer must be BertNormalizer alone"),
    ("byte_bpe", "pre_tokenizer.use_regex", False, "pre_tokenizer.use_regex is false"),
    ("byte_bpe", "pre_tokenizer", None, "pre_tokenizer is null, which is not built in"),
    (
        "byte_bpe",
        "model.byte_fallback",
        True,
        "model.byte_fallback is true, and must be",
    ),
    ("byte_bpe", "model.dropout", 0.1, "model.dropout is 0.1, and must be null"),
    ("byte_bpe", "model.merges.3", "a", 'model.merges[3] is "a", which is not a pair'),
    ("byte_bpe", "model.merges.3", ["q", "☃"], 'model.merges[3] needs the token "☃"'),
    ("unigram", "model.unk_id", 999999, "model.unk_id is 999999, and vocab has 415"),
    (
        "unigram",
        "model.vocab.3",
        ["x"],
        'model.vocab[3] is ["x"], which is not a token',
    ),
    (
        "unigram",
        "pre_tokenizer.pretokenizers.0.type",
        "Digits",
        "is Digits and Metaspace",
    ),
    (
        "unigram",
        "normalizer.precompiled_charsmap",
        "AA==",
        "the character map is damaged",
    ),
    (
        "unigram",
        "normalizer.precompiled_charsmap",
        "!",
        "precompiled_charsmap is not base64",
    ),
    (
        "unigram",
        "normalizer",
        {"type": "Replace", "pattern": {"String": "a"}, "content": "b"},
        'normalizer.pattern is {"String": "a"}, and must be {"Regex": " {2,}"}',
    ),
]


@pytest.mark.parametrize(("kind", "key", "value", "message"), REFUSED)
def test_what_is_not_built_in_is_refused(
    kind: str, key: str, value: Any, message: str, changed: Callable[..., Path]
) -> None:
    folder = changed(kind, at(key, value))

    with pytest.raises(DataError) as refusal:
        checkpoint_tokenizer.read(folder)

    assert str(refusal.value).startswith(f"{folder / 'tokenizer.json'}: ")
    assert message in str(refusal.value)


def test_two_files_that_differ_are_refused(changed: Callable[..., Path]) -> None:
    folder = changed("word_piece", lambda found: None)
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}')

    with pytest.raises(DataError, match="do_lower_case is false, but tokenizer.json"):
        checkpoint_tokenizer.read(folder)


def test_ids_of_other_sentencepiece_models_are_refused(
    encoders: Path, tmp_path: Path
) -> None:
    model = (encoders / "xlm-roberta/sentencepiece.bpe.model").read_bytes()
    (tmp_path / "spiece.model").write_bytes(model)
    (tmp_path / "config.json").write_text('{"model_type": "albert"}')

    with pytest.raises(DataError, match="built in for xlm-roberta, and model_type is"):
        checkpoint_tokenizer.read(tmp_path)


def test_a_truncated_sentencepiece_model_is_refused(
    encoders: Path, tmp_path: Path
) -> None:
    model = (encoders / "xlm-roberta/sentencepiece.bpe.model").read_bytes()
    (tmp_path / "sentencepiece.bpe.model").write_bytes(model[:5000])

    with pytest.raises(DataError, match="is not a SentencePiece model"):
        checkpoint_tokenizer.read(tmp_path)
