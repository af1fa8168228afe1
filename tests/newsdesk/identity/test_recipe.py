"""Files that change during a run stop its push."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.config.sections import Config
from newsdesk.errors import NewsdeskError
from newsdesk.identity.recipe import recipe


@pytest.fixture
def config(make_config: Callable[..., Config], tmp_path: Path) -> Config:
    """A configuration whose schema and vocabulary are files."""
    files = {name: tmp_path / name for name in ("schema.pbtxt", "vocabulary.txt")}
    for file in files.values():
        file.write_text("as it was")
    return make_config(
        data={"schema_file": str(files["schema.pbtxt"])},
        text={"tokenizer": "wordpiece", "vocabulary": str(files["vocabulary.txt"])},
    )


def test_unchanged_files_pass(config: Config) -> None:
    recipe(config).check(recipe(config))


@pytest.mark.parametrize("name", ["schema.pbtxt", "vocabulary.txt"])
def test_a_file_that_changes_during_the_run_is_named(
    config: Config, tmp_path: Path, name: str
) -> None:
    began = recipe(config)
    (tmp_path / name).write_text("as it is")
    with pytest.raises(NewsdeskError, match=f"{name}: has changed during the run, so"):
        began.check(recipe(config))


def test_the_code_of_reports_does_not_change_the_recipe(
    config: Config, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = recipe(config), Path.read_bytes

    def changed(file: str) -> bool:
        edited = repository / file
        assert edited.is_file()
        with monkeypatch.context() as patched:
            patched.setattr(
                Path,
                "read_bytes",
                lambda path: read(path) + (b"\n#" if path == edited else b""),
            )
            return recipe(config).digest != before.digest

    assert not changed("components/reporter/collect.py")
    assert not changed("newsdesk/report/content.py")
    assert changed("components/predictions.py")
