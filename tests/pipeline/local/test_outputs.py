"""Files that changed after a node wrote them are not taken from the cache."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipeline.local.outputs import Outputs, difference


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An artifact with two files and recorded digests."""
    folder = tmp_path / "artifacts" / "Trainer" / "model" / "7"
    (folder / "assets").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    (folder / "assets" / "tokens").write_bytes(b"a\nb\n")
    Outputs(tmp_path).record([str(folder)])
    return folder


def test_an_untouched_artifact_has_no_difference(model: Path) -> None:
    assert difference(model) == ""


def test_sha256sum_can_check_the_digests(model: Path) -> None:
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "7.sha256"], cwd=model.parent, check=True
    )


def test_each_change_is_named(model: Path) -> None:
    tokens = model / "assets" / "tokens"
    tokens.write_bytes(b"a\nc\n")
    assert difference(model) == f"{tokens} has changed"
    tokens.unlink()
    assert difference(model) == f"{tokens} is missing"
    tokens.write_bytes(b"a\nb\n")
    (model / "more").touch()
    assert difference(model) == f"{model / 'more'} was added"


def test_an_artifact_without_digests_is_accepted(model: Path) -> None:
    model.with_name("7.sha256").unlink()
    (model / "saved_model.pb").write_bytes(b"other")
    assert difference(model) == ""


def test_artifacts_outside_of_the_root_are_not_recorded(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "1"
    outside.mkdir(parents=True)
    Outputs(tmp_path / "root").record([str(outside)])
    assert list(outside.parent.iterdir()) == [outside]


@pytest.mark.slow
def test_the_cache_does_not_use_a_damaged_artifact(tmp_path: Path, model: Path) -> None:
    from tfx.types import artifact_utils, standard_artifacts

    found: dict[str, list[Any]] = {"model": [standard_artifacts.Model()]}
    found["model"][0].uri = str(model)
    outputs = Outputs(tmp_path)
    with outputs.checked_cache(["model"]) as damaged:
        artifact_utils.verify_artifacts(found)
        (model / "saved_model.pb").write_bytes(b"grapf")
        with pytest.raises(RuntimeError):
            artifact_utils.verify_artifacts(found)
    assert damaged == [f"{model / 'saved_model.pb'} has changed"]
    artifact_utils.verify_artifacts(found)


@pytest.mark.slow
def test_the_cache_does_not_use_a_renamed_output(tmp_path: Path, model: Path) -> None:
    from tfx.types import artifact_utils, standard_artifacts

    artifact = standard_artifacts.Model()
    artifact.uri = str(model)
    with Outputs(tmp_path).checked_cache(["model"]) as damaged:
        with pytest.raises(RuntimeError):
            artifact_utils.verify_artifacts({"mofel": [artifact]})
        with pytest.raises(RuntimeError):
            artifact_utils.verify_artifacts({})
    with Outputs(tmp_path).checked_cache(["model"], may_be_absent=True) as absent:
        artifact_utils.verify_artifacts({})
    assert absent == []
    assert damaged == [
        "metadata.sqlite lists mofel instead of model",
        "metadata.sqlite lists nothing instead of model",
    ]


def test_digests_in_a_pipe_do_not_block(model: Path) -> None:
    model.with_name("7.sha256").unlink()
    os.mkfifo(model.with_name("7.sha256"))
    assert "is a pipe and not a regular file" in difference(model)


@pytest.mark.slow
def test_the_cache_does_not_use_artifacts_of_another_root(
    tmp_path: Path, model: Path
) -> None:
    from tfx.types import artifact_utils, standard_artifacts

    found: dict[str, list[Any]] = {"model": [standard_artifacts.Model()]}
    found["model"][0].uri = str(model)
    # The root was moved, and another one was made in its old place.
    with Outputs(tmp_path / "moved").checked_cache(["model"]) as damaged:
        with pytest.raises(RuntimeError):
            artifact_utils.verify_artifacts(found)
    assert damaged == [f"{model} is outside of this root"]
