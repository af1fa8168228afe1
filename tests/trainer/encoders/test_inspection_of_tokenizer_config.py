"""Which tokenizers are read, and the sentence for those that cut texts otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import DataError
from trainer.encoders import inspection
from trainer.text import word_pieces


def settings(folder: Path, **keys: Any) -> Path:
    values = {"do_lower_case": True} | keys
    (folder / "tokenizer_config.json").write_text(json.dumps(values))
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspection.check_checkpoint(str(folder))
    return str(caught.value)


@pytest.mark.parametrize(
    "name",
    ["BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", None],
)
def test_classes_that_cut_like_bert_are_read(write_checkpoint: Any, name: Any) -> None:
    folder = settings(write_checkpoint(), tokenizer_class=name)

    assert inspection.check_checkpoint(str(folder)) == []


@pytest.mark.parametrize(
    "name",
    [
        "BertJapaneseTokenizer",
        "RobertaTokenizer",
        "CLIPTokenizer",
        "PreTrainedTokenizerFast",
        "Mine",
        7,
    ],
)
@pytest.mark.parametrize("in_config", [False, True])
def test_a_tokenizer_class_that_we_do_not_have_is_refused(
    write_checkpoint: Any, name: Any, in_config: bool
) -> None:
    keys = {"tokenizer_class": name}
    folder = write_checkpoint(**(keys if in_config else {}))
    settings(folder, **({} if in_config else keys))
    file = "config.json" if in_config else "tokenizer_config.json"

    said = refusal(folder)
    assert f"{folder / file}: tokenizer_class is {name!r}, which cuts" in said
    assert "only BertTokenizer, DistilBertTokenizer, ElectraTokenizer" in said


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"do_basic_tokenize": False}, "do_basic_tokenize is false, and must be true"),
        ({"strip_accents": "yes"}, 'strip_accents is "yes", and must be null or true'),
        ({"tokenize_chinese_chars": False}, "tokenize_chinese_chars is false, and"),
        ({"never_split": ["U.S."]}, r'never_split is ["U.S."], and must be null'),
        ({"cls_token": "<s>"}, "cls_token is '<s>', and must be '[CLS]'"),
        ({"unk_token": {"content": "?"}}, "unk_token is '?', and must be '[UNK]'"),
        ({"sep_token": None}, "sep_token is None, and must be '[SEP]'"),
        ({"auto_map": {"AutoTokenizer": ["x.X", None]}}, "auto_map names Python code"),
    ],
)
def test_settings_that_we_do_not_have_are_refused(
    write_checkpoint: Any, keys: dict[str, Any], message: str
) -> None:
    folder = settings(write_checkpoint(), **keys)

    assert f"{folder / 'tokenizer_config.json'}: {message}" in refusal(folder)


def test_special_tokens_may_have_settings(write_checkpoint: Any) -> None:
    token = {"content": "[CLS]", "lstrip": False}
    folder = settings(write_checkpoint(), cls_token=token, never_split=[])

    assert inspection.check_checkpoint(str(folder)) == []


def test_code_of_the_checkpoint_s_own_is_refused(write_checkpoint: Any) -> None:
    folder = write_checkpoint(auto_map={"AutoModel": "modeling.Mine"})

    assert f"{folder / 'config.json'}: auto_map names Python code" in refusal(folder)


@pytest.mark.parametrize("content", [None, "{}", '{"strip_accents": null}'])
def test_no_word_about_case_is_lower_case_and_said(
    write_checkpoint: Any, content: str | None
) -> None:
    folder = write_checkpoint()
    file = folder / "tokenizer_config.json"
    file.unlink()
    if content is not None:
        file.write_text(content)

    [note] = inspection.check_checkpoint(str(folder))
    assert note.startswith(f"{file}: ")
    assert note.endswith("; assumed do_lower_case = true, as Hugging Face does")
    found = word_pieces.of_checkpoint(folder)
    assert (found.lower_case, found.strips_accents) == (True, True)


def test_lower_case_is_not_assumed_of_a_vocabulary_with_capitals(
    write_checkpoint: Any,
) -> None:
    folder = write_checkpoint()
    (folder / "tokenizer_config.json").unlink()
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text(vocabulary.read_text().replace("goal", "Goal"))

    said = refusal(folder)
    assert (
        "is missing, so texts would be lower-cased, but vocab.txt:7 is 'Goal'" in said
    )
    assert '{"do_lower_case": false}' in said
