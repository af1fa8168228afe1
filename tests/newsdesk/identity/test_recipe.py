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
