"""Settings of labels and slices are checked when the configuration is loaded."""

import json
from pathlib import Path

import pytest
import tomlkit

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

GOOD = """
name = "desk"
[data]
path = "rows.csv"
text_columns = ["text"]
label_column = "desk"
labels = ["World", "Sports"]
schema_file = "schema.pbtxt"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A valid configuration."""
    path = tmp_path / "newsdesk.toml"
    path.write_text(GOOD)
    return path


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (['data.labels=["a", " a "]'], ["'a' is listed twice"]),
        (
            ['data.labels=["a", " "]'],
            ["""--set data.labels=["a", " "]: entry 2 = ' '""", "must be a name"],
        ),
        (
            ["data.label_column= "],
            ["--set data.label_column=: must be a name", "must be a name"],
        ),
        (['data.labels=["1", "1.0"]'], ["'1' and '1.0' are the same number"]),
        (['data.labels=["x", "-0", "+.0"]'], ["'-0' and '+.0' are the same number"]),
        (
            ['data.labels=["1", "0"]', "data.first_label=1"],
            ["--set data.first_label=1: counts", "'1'", "compared by value", "remove"],
        ),
        (
            ['data.labels=["a", "7", "b"]', "data.first_label=3"],
            ["data.first_label=3: counts", "'7'", "compared by value"],
        ),
        (["data.slice_columns=['a', ' a']"], ["'a' is listed twice"]),
        (["data.slice_columns=['label ']"], ["slice column 'label'", "rename"]),
        (
            ["train.class_weights={Wrold = 2}"],
            ["--set train.class_weights={Wrold = 2}: ", "'Wrold'", "'World', 'Sports'"],
        ),
        (["train.class_weights={World = 0}"], ["weight of 'World' is 0.0", "positive"]),
        (["train.class_weights={World = inf}"], ["'World' is inf", "positive"]),
        (
            ['train.class_weights={World = 1, " World" = 2}'],
            ["'World' has two weights"],
        ),
    ],
)
def test_contradicting_settings_are_refused(
    file: Path, overrides: list[str], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, overrides)
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_names_are_stripped_like_cells(file: Path) -> None:
    config = load(
        file,
        [
            'data.labels=[" World", "Sports\\u00a0"]',
            'data.label_column=" desk "',
            'data.text_columns=["text "]',
            'data.columns=["text ", " desk", "source"]',
            'data.slice_columns=[" source"]',
            'train.class_weights={" Sports " = 2}',
        ],
    )
    data = config.data
    assert (data.labels, data.label_column) == (["World", "Sports"], "desk")
    assert (data.text_columns, data.columns) == (["text"], ["text", "desk", "source"])
    assert data.slice_columns == ["source"]
    assert config.train.class_weights == {"Sports": 2.0}


@pytest.mark.parametrize(
    ("labels", "first"),
    [
        (["3", "4"], 3),
        (["-1", "0", "1"], -1),
        (["01", "02"], 1),
        (["1", "0"], 0),
        (["a", "b"], 7),
    ],
)
def test_a_first_label_that_changes_nothing_is_accepted(
    file: Path, labels: list[str], first: int
) -> None:
    config = load(file, [f"data.labels={labels}", f"data.first_label={first}"])
    assert config.data.first_label == first


def test_the_configuration_of_a_run_can_be_read_again(file: Path) -> None:
    config = load(
        file, ['data.labels=["1", "0"]', 'train.class_weights={"0" = 2.5, "1" = 1}']
    )
    written = config.model_dump(mode="json", exclude_none=True)
    file.write_text(tomlkit.dumps(written))
    assert load(file) == config
    assert Config.model_validate(json.loads(config.model_dump_json())) == config
