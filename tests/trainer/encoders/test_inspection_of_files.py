"""An error says what a file of a checkpoint is if its name is wrong."""

import gzip
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.errors import DataError
from trainer.encoders import inspection
from trainer.pretrained import files

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
PAGE = b"\n<!DOCTYPE html>\n<html><title>Sign in</title></html>\n"
NAMES = ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"]


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspection.check_checkpoint(str(folder))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", [*NAMES, "added_tokens.json"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (POINTER, "is a pointer of Git LFS, not the file itself; run `git lfs pull`"),
        (PAGE, "is an HTML page; the download failed or needed a login"),
        (b"<HTML><body>404", "is an HTML page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error/>", "is an XML page"),
        (b"", "is empty; fetch it again"),
        (gzip.compress(b"{}"), "is compressed with gzip; unpack it"),
    ],
)
def test_a_failed_download_is_recognized(
    write_checkpoint: Any, name: str, content: bytes, message: str
) -> None:
    folder = write_checkpoint()
    (folder / name).write_bytes(content)

    assert f"{folder / name}: {message}" in refusal(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_in_the_place_of_a_file_is_named(
    write_checkpoint: Any, name: str
) -> None:
    folder = write_checkpoint()
    (folder / name).unlink()
    (folder / name).mkdir()

    assert f"{folder / name}: is a folder, not a file" in refusal(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_is_not_waited_for(write_checkpoint: Any, name: str) -> None:
    folder = write_checkpoint()
    (folder / name).unlink()
    os.mkfifo(folder / name)

    assert f"{folder / name}: is not a regular file" in refusal(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_missing_file_is_named(write_checkpoint: Any, name: str) -> None:
    folder = write_checkpoint()
    (folder / name).unlink()

    assert name in refusal(folder)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "new: is not a folder; model.encoder.path" in refusal(tmp_path / "new")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickled_weights_under_another_name_are_not_opened(
    write_checkpoint: Any, protocol: int
) -> None:
    folder = write_checkpoint()
    weights = folder / "model.safetensors"
    weights.write_bytes(pickle.dumps({"a": list(range(99))}, protocol))
    assert "holds pickled weights, which can run code" in refusal(folder)

    weights.write_bytes(b"PK\x03\x04" + bytes(99))
    assert "is a zip archive, as PyTorch saves pickled weights" in refusal(folder)


@pytest.mark.parametrize("length", [0x0280, 0x0480, 0x8B1F])
def test_a_header_whose_length_looks_like_another_format_is_read(
    tmp_path: Path, length: int
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + b"{}".ljust(length))

    assert files.fault(path, 1 << 20) is None


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def lengthened(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def header_only(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def seven_bytes(path: Path) -> None:
    path.write_bytes(b"1234567")


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 9)


@pytest.mark.parametrize(
    "change", [truncated, lengthened, header_only, seven_bytes, noise]
)
def test_damaged_weights_are_refused(
    write_checkpoint: Any, change: Callable[[Path], None]
) -> None:
    folder = write_checkpoint()
    change(folder / "model.safetensors")

    said = refusal(folder)
    assert "model.safetensors: is not a whole safetensors file (" in said
    assert said.endswith("; fetch it again")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{'model_type': 'bert'}", "is not JSON"),
        (b'{"model_type": "bert"', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is a JSON list, not an object with keys"),
        (b'"bert"', "is a JSON str, not an object"),
        (b"null", "is a JSON NoneType, not an object"),
        ("{}".encode("utf-16"), "is not UTF-8"),
        (b"{}", "model_type is missing (built in: bert, camembert, distilbert,"),
        (b'{"model_type": "distilbert"}', "vocab_size is missing, which a distilbert"),
    ],
)
def test_an_invalid_config_is_refused(
    write_checkpoint: Any, content: bytes, message: str
) -> None:
    folder = write_checkpoint()
    (folder / "config.json").write_bytes(content)

    assert f"config.json: {message}" in refusal(folder)


def test_a_byte_order_mark_in_json_is_ignored(write_checkpoint: Any) -> None:
    folder = write_checkpoint()
    for name in ("config.json", "tokenizer_config.json"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(b"\xef\xbb\xbf" + content)

    assert inspection.check_checkpoint(str(folder)) == []


@pytest.mark.parametrize("content", ["[]", "{}", '{"weight_map": 1}', POINTER.decode()])
def test_an_invalid_index_is_refused(write_checkpoint: Any, content: str) -> None:
    folder = write_checkpoint()
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(content)

    assert "model.safetensors.index.json: " in refusal(folder)
