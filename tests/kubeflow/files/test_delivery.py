"""Every file of a configuration gets into the containers, or is refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubeflow.files import delivery, placeholders
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError


def _config(tmp_path: Path, kubeflow: Any = None, **sections: Any) -> Config:
    schema = tmp_path / "schema.pbtxt"
    schema.write_text("feature {}\n")
    data = {
        "path": str(tmp_path / "rows"),
        "text_columns": ["text"],
        "label_column": "label",
        "labels": ["a", "b"],
        "schema_file": str(schema),
    }
    data |= sections.pop("data", {})
    kubeflow = {"volumes": {"/mnt/rows": "claim"}} | (kubeflow or {})
    values = {"name": "x", "data": data, "kubeflow": kubeflow, **sections}
    return Config.model_validate(values)


@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("{tmp}/rows", "s3://bucket/all/rows"),
        ("{tmp}/rows/{{SPAN}}/*.csv", "s3://bucket/all/rows/{{SPAN}}/*.csv"),
        ("{tmp}/near/a.csv", "/image/near/a.csv"),
        ("/mnt/rows/a.csv", "/mnt/rows/a.csv"),
        ("/mnt/rows", "/mnt/rows"),
        ("tfds:imdb_reviews", "tfds:imdb_reviews"),
    ],
)
def test_data_paths_become_paths_that_containers_reach(
    tmp_path: Path, path: str, token: str
) -> None:
    # The innermost folder counts, and a folder with the same prefix does not.
    addresses = {
        str(tmp_path): "s3://bucket/all/",
        str(tmp_path / "near"): "/image/near",
        str(tmp_path / "row"): "s3://bucket/wrong",
    }
    path, token = path.format(tmp=tmp_path), token.format()
    config = _config(tmp_path, {"addresses": addresses}, data={"path": path})
    assert delivery.sent(config)(path) == token


@pytest.mark.parametrize("path", ["{tmp}/rows.csv", "/mnt/rowsets/a.csv", "/mnt"])
def test_data_out_of_reach_of_containers_is_refused(tmp_path: Path, path: str) -> None:
    path = path.format(tmp=tmp_path)
    config = _config(tmp_path, data={"path": path})
    with pytest.raises(ConfigError, match=rf"^data\.path: {path} is not in the image"):
        delivery.sent(config)


def test_small_files_are_inlined_and_restored(tmp_path: Path) -> None:
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("[PAD]\n[UNK]\nnaïve\n", encoding="utf-8")
    text = {"tokenizer": "wordpiece", "vocabulary": str(vocabulary)}
    config = _config(tmp_path, data={"path": "/mnt/rows"}, text=text)
    sent = delivery.sent(config)
    told = placeholders.change({"text": json.dumps(text), "schema_file": "/x"}, sent)
    vocabulary.unlink()
    folder = tmp_path / "container"
    back = placeholders.change(told, lambda one: placeholders.to_file(one, folder))
    file = json.loads(back["text"])["vocabulary"]
    assert Path(file).read_text(encoding="utf-8") == "[PAD]\n[UNK]\nnaïve\n"
    assert back["schema_file"] == "/x"


def test_an_encoder_needs_an_address(tmp_path: Path) -> None:
    encoder = {"kind": "checkpoint", "path": str(tmp_path / "bert")}
    sections: Any = {"data": {"path": "/mnt/rows"}, "model": {"encoder": encoder}}
    sections["text"] = {"tokenizer": "encoder"}
    with pytest.raises(ConfigError, match=r"^model\.encoder\.path: .* kubeflow\.addre"):
        delivery.sent(_config(tmp_path, **sections))
    addresses = {str(tmp_path): "gs://models"}
    config = _config(tmp_path, {"addresses": addresses}, **sections)
    assert delivery.sent(config)(encoder["path"]) == "gs://models/bert"


@pytest.mark.parametrize("place", ["s3://b/x", "gs://b/x", "/mnt/rows/x", "/mnt/rows"])
def test_results_in_stores_and_volumes_are_accepted(tmp_path: Path, place: str) -> None:
    delivery.must_outlive_containers(_config(tmp_path), "push.destination", place)


@pytest.mark.parametrize("place", ["/tmp/x", "/mnt", "/mnt/rowsets"])
def test_results_that_would_be_lost_are_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ConfigError, match=rf"^push\.destination: {place} would be"):
        delivery.must_outlive_containers(_config(tmp_path), "push.destination", place)


@pytest.mark.parametrize("place", ["/mnt/rows/key.pem", "/keys/key.pem"])
def test_a_private_key_is_read_from_a_volume_or_refused(
    tmp_path: Path, place: str
) -> None:
    config = _config(tmp_path, push={"sign": {"private_key": place}})
    assert config.push.sign is not None
    files = config.push.sign.files
    if place.startswith("/mnt/"):
        delivery.must_be_in_a_volume(config, "push.sign", files)
        return
    error = rf"^push\.sign: {place} is not in one of kubeflow\.volumes, from which"
    with pytest.raises(ConfigError, match=error):
        delivery.must_be_in_a_volume(config, "push.sign", files)
