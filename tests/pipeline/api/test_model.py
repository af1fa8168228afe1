"""A Python program classifies texts with a published model."""

import subprocess
import sys
from pathlib import Path

import pytest

import newsdesk
from newsdesk.errors import ConfigError, DataError, ModelError
from tests.support import lengths_model


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a pipeline with one version."""
    root = tmp_path_factory.mktemp("root")
    card = {"text_columns": ["body"], "labels": ["short", "long"]}
    lengths_model.save(root / "serving" / "7", card)
    return root


@pytest.fixture(scope="module")
def model(root: Path) -> newsdesk.Model:
    return newsdesk.Model(root)


@pytest.mark.parametrize("below", ["", "serving", "serving/7"])
def test_a_root_versions_and_a_version_are_found(root: Path, below: str) -> None:
    with newsdesk.Model(str(root / below)) as found:
        assert found.folder == root / "serving" / "7"
        assert found.labels == ["short", "long"]


def test_answers_are_typed_and_in_order(model: newsdesk.Model) -> None:
    long, short = model.predict(iter(["longer", "tiny"]))
    assert (long.label, long.probability) == ("long", 0.75)
    assert long.probabilities == {"short": 0.25, "long": 0.75}
    assert (long.truncated, long.unknown_share) == (None, None)
    assert short.label == "short"
    assert model.predict([]) == []


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        (["a", " "], DataError, r"texts\[1\]: the text is empty; leave it out"),
        (["a\ud800"], DataError, r"texts\[0\]: contains a lone surrogate"),
        ("a text", TypeError, "pass a list of strings"),
        ([None], TypeError, r"texts\[0\] is not a string: NoneType"),
    ],
)
def test_texts_that_cannot_be_classified_are_named(
    model: newsdesk.Model, texts: list[str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        model.predict(texts)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="contains no pushed model"):
        newsdesk.Model(tmp_path)
    with pytest.raises(ConfigError, match="contains no pushed model"):
        newsdesk.Model(tmp_path / "missing")


def test_a_model_without_a_manifest_cannot_be_verified(root: Path) -> None:
    with pytest.raises(ModelError):
        newsdesk.Model(root, verify=True)


def test_the_names_are_found_late_and_listed() -> None:
    code = (
        "import sys, newsdesk; "
        "print(sorted({'pipeline', 'pydantic', 'numpy'} & set(sys.modules))); "
        "print({'Model', 'Answer', 'Summary', 'run'} <= set(dir(newsdesk)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\nTrue\n"
    with pytest.raises(AttributeError, match="'newsdesk' has no attribute 'Modell'"):
        newsdesk.Modell  # type: ignore[attr-defined]  # noqa: B018


def test_the_nodes_do_not_depend_on_the_interface() -> None:
    from newsdesk.identity.import_closure import closure

    assert [name for name in closure(["newsdesk"]) if name.startswith("pipeline")] == []
