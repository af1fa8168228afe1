"""Errors name the file or option, the key, the value and what is allowed."""

import json
import re
from pathlib import Path

import pytest
import tomlkit

from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

GOOD = """
name = "desks"
[data]
path = "rows.csv"
text_columns = ["title", "body"]
label_column = "desk"
labels = ["World", "Sports"]
schema_file = "schema.pbtxt"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A valid configuration file."""
    path = tmp_path / "desks" / "newsdesk.toml"
    path.parent.mkdir()
    path.write_text(GOOD)
    return path


def test_paths_are_relative_to_the_file(file: Path) -> None:
    config = load(file)
    assert config.data.path == str(file.parent / "rows.csv")
    assert config.data.schema_file == str(file.parent / "schema.pbtxt")


def test_overridden_paths_are_relative_to_the_working_directory(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(file, ["data.path=other.csv", "output.root=out"])
    assert config.data.path == str(tmp_path / "other.csv")
    assert config.root == tmp_path / "out"


def test_names_of_data_sets_and_absolute_paths_stay(file: Path) -> None:
    assert load(file, ["data.path=tfds:ag_news"]).data.path == "tfds:ag_news"
    assert load(file, ["data.path=/a/b.csv"]).data.path == "/a/b.csv"


def test_everything_is_written_below_the_name(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(file)
    assert config.root == tmp_path / "newsdesk" / "desks"
    assert config.serving == str(tmp_path / "newsdesk/desks/serving")


def test_typed_values_keep_their_types(file: Path) -> None:
    config = load(
        file,
        ["train.epochs=7", 'data.labels=["a", "b"]', "optimizer.learning_rate=1e-4"],
    )
    assert config.train.epochs == 7
    assert config.data.labels == ["a", "b"]
    assert config.optimizer.learning_rate == pytest.approx(1e-4)


def test_a_tab_can_be_typed_as_a_shell_passes_it_on(file: Path) -> None:
    assert load(file, [r"data.delimiter=\t"]).data.delimiter == "\t"
    assert load(file, [r'data.delimiter="\t"']).data.delimiter == "\t"


def test_a_dumped_configuration_reads_back_the_same(file: Path) -> None:
    config = load(file, ["model.encoder.blocks=2"])
    assert Config.model_validate(json.loads(config.model_dump_json())) == config


def test_a_rule_of_the_gate_can_be_off_and_is_read_as_it_was_written(
    file: Path,
) -> None:
    config = load(file, ["gate.max_label_shift=off", "gate.min_new_rows=5"])
    assert (config.gate.max_label_shift, config.gate.min_new_rows) == (None, 5)
    written = config.model_dump(mode="json", exclude_none=True)
    file.write_text(tomlkit.dumps(written))
    assert load(file) == config


def test_epochs_that_the_rows_decide_are_read_as_they_were_written(file: Path) -> None:
    config = load(file, ["train.epochs=auto", "train.patience=auto"])
    assert (config.train.epochs, config.train.patience) == (None, None)
    assert config == load(file)
    written = config.model_dump(mode="json", exclude_none=True)
    file.write_text(tomlkit.dumps(written))
    assert load(file) == config


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            "train.epoch=3",
            ["--set train.epoch", "unknown key", "did you mean 'epochs'"],
        ),
        ("trian.epochs=3", ["unknown key", "did you mean 'train'"]),
        ("train.epochs=many", ["--set train.epochs=many: must be a whole number"]),
        ("train.epochs=1.5", ["--set train.epochs=1.5: must be a whole number"]),
        ("train.epochs=0", ["--set train.epochs=0: must be at least 1"]),
        (
            "train.select_by=f1",
            ["by=f1: must be 'auto', 'accuracy', 'macro_f1' or 'loss'"],
        ),
        ("text.lower_case=no way", ["--set text.lower_case=no way: must be true or"]),
        ("train=3", ["--set train=3: must be a section with keys, not a value"]),
        ("data.labels=[1, 2]", ["--set data.labels=[1, 2]: entry 1 = 1: must be text"]),
        ("data.text_columns=[]", ["--set data.text_columns=[]: must not be empty"]),
        (
            "train.class_weights=some",
            ["--set train.class_weights=some: must be 'none' or 'balanced', or a sec"],
        ),
        (
            'train.class_weights={a = "x"}',
            ["""--set train.class_weights={a = "x"}: a = 'x': must be a number"""],
        ),
        (
            'model.encoder={width = "x"}',
            ["""--set model.encoder={width = "x"}: width = 'x': must be a whole"""],
        ),
        ("model.encoder=3", ["--set model.encoder=3: must be a section with keys"]),
        ("kubeflow.nodes.X.gpus=1", ["--set kubeflow.nodes.X.gpus=1: ", "must be one"]),
        ("kubeflow.schedule.start=x", ["kubeflow.schedule.start=x: must be a date"]),
        ("kubeflow.defaults.memory=x", ["memory=x: must be an amount of memory, such"]),
        ("train.epochs", ["--set train.epochs", "section.key=value"]),
        ("name.first=x", ["--set name.first", "name is a value, not a section"]),
        ("name=../../etc", ["--set name=../../etc: must be at most 63"]),
        ("data.path=gs://b/x", ["data.path=gs://b/x", "local path or tfds:NAME"]),
        ("data.format=xlsx", ["--set data.format=xlsx", "'csv', 'tsv'"]),
        ("data.max_bad_rows=7", ["--set data.max_bad_rows=7: must be at most 1"]),
        ('data.labels=["a"]', ["--set data.labels", "at least 2 entries, not 1"]),
        ('data.labels=["a", "a"]', ["--set data.labels", "listed twice"]),
        ('data.splits={dev = "x"}', ["data.splits", "'train', 'eval' or 'test'"]),
        ('data.splits={test = "x"}', ["data.splits", "needs a pattern for train"]),
        (
            'data.slice_columns=["text"]',
            ["--set data.slice_columns=", "'text'", "rename"],
        ),
        (
            "text.tokenizer=wordpiece",
            ["--set text.tokenizer=wordpiece: tokenizer 'wordpiece'"],
        ),
        ("text.vocabulary=v.txt", ["text", "'wordpiece' requires text.vocabulary"]),
        ("model.encoder.kind=lstm", ["model.encoder.kind=lstm", "'transformer'"]),
        ("model.encoder.heads=3", ["width 32 cannot be divided among 3 heads"]),
        ("optimizer.warmup_ratio=2", ["optimizer.warmup_ratio=2", "at most 1"]),
        ("beam.mode=threads", ["--set beam.mode=threads", "'multi_processing'"]),
        ("output.root=gs://b/x", ["output.root=gs://b/x: must be a local path"]),
        ("", ["section.key=value"]),
    ],
)
def test_wrong_settings_are_explained(
    file: Path, override: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(file, [override])
    for word in words:
        assert word in str(caught.value)
    assert not re.search(r"Input should|literal\[|dict\[|\[key\]", str(caught.value))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ('data.columns=["title", "title"]', "column 'title' is listed twice"),
        ('data.text_columns=["body", "body"]', "text column 'body' is listed twice"),
        ('data.text_columns=["desk"]', "label_column 'desk' is in text_columns too"),
        ('data.slice_columns=["desk"]', "slice column 'desk' is the label_column"),
        ('data.slice_columns=["title"]', "slice column 'title' is in text_columns too"),
        ('data.columns=["title", "body"]', "columns, which names .* has no 'desk'"),
    ],
)
def test_columns_that_cannot_work_are_refused_at_load(
    file: Path, override: str, words: str
) -> None:
    file.write_text(GOOD.replace('["title"]', '["title", "body"]'))
    with pytest.raises(ConfigError, match=words):
        load(file, [override])


def test_every_type_of_fault_that_a_section_can_have_has_a_sentence() -> None:
    """Fails if a section gets a kind of value that has only pydantic's message."""
    schema = json.dumps(Config.__pydantic_core_schema__, default=str)
    kinds = set(re.findall(r'"type": "([a-z-]+)"', schema))
    assert {"int", "float", "literal"} <= kinds
    assert kinds - {"function-after", "function-before", "function-wrap"} <= {
        *("any", "bool", "datetime", "default", "definition-ref", "definitions"),
        *("dict", "float", "int", "list", "literal", "model", "model-field"),
        *("model-fields", "nullable", "str", "tagged-union", "union", "field"),
        *("function-plain", "no-info", "with-info"),
    }


def test_a_fault_in_the_file_names_the_file(file: Path) -> None:
    file.write_text(GOOD + "[train]\nepochs = -1\n[trian]\nx = 1\n")
    with pytest.raises(ConfigError) as caught:
        load(file)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{file}: train.epochs = -1: ")
    assert second.startswith(f"{file}: trian: unknown key")


def test_a_missing_key_is_named(file: Path) -> None:
    file.write_text(GOOD.replace('label_column = "desk"', ""))
    with pytest.raises(ConfigError, match="data.label_column: is required"):
        load(file)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"name = ", "is not TOML"), (b"name = '\xff'", "cannot be read")],
)
def test_an_unreadable_file_is_named(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "newsdesk.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=reason):
        load(path)


def test_a_missing_file_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="newsdesk init"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("overrides", "decisive"),
    [
        ([], "test"),
        (["data.ratios.test=0"], "eval"),
        (['data.splits={train = "a"}'], "eval"),
        (['data.splits={train = "a", test = "b"}'], "test"),
    ],
)
def test_the_decisive_split(file: Path, overrides: list[str], decisive: str) -> None:
    assert load(file, overrides).data.tested_split == decisive


def test_a_removed_default_of_an_older_release_is_accepted(tmp_path: Path) -> None:
    written = GOOD + "\n[kubeflow.defaults]\nbackoff_max_seconds = 3600\n"
    written += "[kubeflow.nodes.Trainer]\nbackoff_max_seconds = 3600\ngpus = 1\n"
    file = tmp_path / "newsdesk.toml"
    file.write_text(written)
    assert load(file).kubeflow.node("Trainer").gpus == 1
