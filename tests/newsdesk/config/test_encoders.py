"""Every kind of encoder has the facts that graph, trainer and cluster need."""

import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from newsdesk.config.encoders import (
    ENCODERS,
    CheckpointEncoder,
    Encoder,
    EncoderSection,
    HubEncoder,
    TransformerEncoder,
)
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.identity.recipe import files_of


def test_the_union_and_the_list_have_the_same_kinds() -> None:
    members = [get_args(member) for member in get_args(get_args(Encoder)[0])]

    assert {tag.tag: section for section, tag in members} == ENCODERS


@pytest.mark.slow
@pytest.mark.parametrize("kind", ENCODERS)
def test_the_functions_that_a_kind_names_exist(kind: str) -> None:
    section = ENCODERS[kind]
    for name in (section.builder, section.tokenizer, section.inspector):
        assert name is None or callable(pkgutil.resolve_name(name))


@pytest.mark.parametrize("kind", ENCODERS)
def test_locations_are_fields(kind: str) -> None:
    assert set(ENCODERS[kind].locations) <= ENCODERS[kind].model_fields.keys()


def test_a_transformer_has_no_files() -> None:
    encoder = TransformerEncoder(width=8)

    assert not encoder.is_pretrained
    assert (encoder.places, encoder.files, encoder.token_files) == ({}, [], [])
    assert encoder.token_settings == {"kind": "transformer"}


def test_token_ids_depend_on_vocabulary_and_settings_of_a_checkpoint(
    tmp_path: Path,
) -> None:
    for name in ("vocab.txt", "added_tokens.json", "model.safetensors"):
        (tmp_path / name).write_text("")
    encoder = CheckpointEncoder(kind="checkpoint", path=str(tmp_path), trainable=False)

    assert encoder.is_pretrained
    assert encoder.places == {"model.encoder.path": str(tmp_path)}
    assert {Path(file).name for file in encoder.files} == {
        "vocab.txt",
        "added_tokens.json",
        "model.safetensors",
    }
    assert [Path(file).name for file in encoder.token_files] == [
        "vocab.txt",
        "added_tokens.json",
    ]
    assert encoder.token_settings == {"kind": "checkpoint", "path": str(tmp_path)}


@pytest.mark.parametrize(
    "names",
    [
        ["tokenizer.json", "tokenizer_config.json"],
        ["vocab.json", "merges.txt", "config.json"],
        ["sentencepiece.bpe.model"],
    ],
)
def test_token_ids_depend_on_the_tokenizer_in_every_layout(
    tmp_path: Path, names: list[str]
) -> None:
    for name in (*names, "model.safetensors", "README.md"):
        (tmp_path / name).write_text("")
    encoder = CheckpointEncoder(kind="checkpoint", path=str(tmp_path))

    assert encoder.token_files == [str(tmp_path / name) for name in names]


def test_token_ids_depend_on_the_preprocessing_model_of_a_hub_encoder(
    tmp_path: Path,
) -> None:
    (tmp_path / "saved_model.pb").write_text("")
    handle = "https://tfhub.dev/google/bert/1"
    encoder = HubEncoder(kind="hub", path=handle, preprocess=str(tmp_path))

    assert encoder.places == {
        "model.encoder.path": handle,
        "model.encoder.preprocess": str(tmp_path),
    }
    assert encoder.files == encoder.token_files == [str(tmp_path / "saved_model.pb")]


def test_a_missing_folder_is_named() -> None:
    encoder = CheckpointEncoder(kind="checkpoint", path="/missing")

    with pytest.raises(ConfigError, match="/missing: there is no such folder"):
        _ = encoder.files
    with pytest.raises(ConfigError, match="/missing: there is no such folder"):
        _ = encoder.token_files


def test_a_new_kind_needs_no_change_in_the_graph(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    class NewEncoder(EncoderSection):
        builder = "trainer.encoders.new.build"
        tokenizer = "trainer.encoders.new.pieces"
        locations = ("folder",)
        kind: str = "new"
        folder: str

    (tmp_path / "weights").write_text("")
    config = make_config(data={"schema_file": "/schema"})
    model = config.model.model_copy(
        update={"encoder": NewEncoder(folder=str(tmp_path))}
    )
    config = config.model_copy(update={"model": model})

    assert files_of(config) == ["/schema", str(tmp_path / "weights")]
