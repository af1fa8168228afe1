"""Files become placeholders in a compiled pipeline, and files in a container."""

import json
from pathlib import Path

import pytest

from kubeflow.files import fetch, placeholders
from newsdesk.errors import ConfigError


def test_only_names_of_files_are_changed() -> None:
    properties = {
        "schema_file": "/s.pbtxt",
        "data": json.dumps({"path": "/rows", "labels": ["/rows"], "format": "csv"}),
        "custom_config": json.dumps(
            {"text": {"vocabulary": "/v.txt"}, "model": {"encoder": {"path": "/e"}}}
        ),
        "destination": "/rows",
        "keep": 3,
    }
    changed = placeholders.change(properties, str.upper)
    assert changed["schema_file"] == "/S.PBTXT"
    assert json.loads(changed["data"]) == {
        "path": "/ROWS",
        "labels": ["/rows"],
        "format": "csv",
    }
    assert json.loads(changed["custom_config"]) == {
        "text": {"vocabulary": "/V.TXT"},
        "model": {"encoder": {"path": "/E"}},
    }
    assert (changed["destination"], changed["keep"]) == ("/rows", 3)


@pytest.mark.parametrize("text", ['{"b": 1,  "a": 2}', "{SPAN}/rows", "{"])
def test_json_without_a_change_stays_byte_for_byte(text: str) -> None:
    assert placeholders.change({"any": text}, str.upper) == {"any": text}


def test_inlined_text_becomes_a_file(tmp_path: Path) -> None:
    written = [
        placeholders.to_file(f"inline:{text}", tmp_path / "files")
        for text in ("first\n", "second ü\n", "inline:third")
    ]
    assert len(set(written)) == 3
    texts = [Path(file).read_text(encoding="utf-8") for file in written]
    assert texts == ["first\n", "second ü\n", "inline:third"]


def test_a_file_of_the_image_is_found(tmp_path: Path) -> None:
    found = placeholders.to_file("package:pipeline/sample/sample.csv", tmp_path)
    assert Path(found).read_text().startswith("label,")
    with pytest.raises(ConfigError, match=r"^pipeline/none\.csv is not in this image"):
        placeholders.to_file("package:pipeline/none.csv", tmp_path)


def test_an_address_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "everything", lambda text, folder: f"{folder}:{text}")
    assert placeholders.to_file("s3://b/x", tmp_path) == f"{tmp_path}:s3://b/x"


@pytest.mark.parametrize("text", ["", "/in/a/volume", "tfds:imdb", "https://tfhub/x"])
def test_other_paths_stay_as_they_are(tmp_path: Path, text: str) -> None:
    assert placeholders.to_file(text, tmp_path) == text
