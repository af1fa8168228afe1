"""`init` finds the files that `run` reads, and the splits that their names say."""

from pathlib import Path

import pytest

from newsdesk.errors import ConfigError, DataError
from pipeline.init import inputs
from pipeline.init.inputs import Inputs, Sample, find_inputs


def _names(found: Inputs) -> list[str]:
    return [Path(file).name for file in found.files]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x\n")


def test_a_file_keeps_the_name_that_the_user_typed(made: Path) -> None:
    _touch(made, "run [1]/rows.csv")
    assert find_inputs("run [1]/rows.csv").files == ("run [1]/rows.csv",)
    absolute = str(made / "run [1]" / "rows.csv")
    assert find_inputs(absolute).files == (absolute,)


def test_a_folder_and_a_glob(made: Path) -> None:
    _touch(made, "rows/b.csv", "rows/a.csv", "rows/_SUCCESS", "rows/.x", "rows/c.txt")
    assert _names(find_inputs("rows")) == ["a.csv", "b.csv", "c.txt"]
    assert find_inputs("rows/*.csv").files == ("rows/a.csv", "rows/b.csv")


@pytest.mark.parametrize("ending", [".csv", "/*.csv", ""])
def test_the_newest_span(made: Path, ending: str) -> None:
    for day in ("2026-01-31", "2026-02-01"):
        _touch(made, f"days/{day}.csv" if ending == ".csv" else f"days/{day}/a.csv")
    (file,) = find_inputs(f"days/{{YYYY}}-{{MM}}-{{DD}}{ending}").files
    assert file.startswith("days/2026-02-01")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("none.csv", "^none.csv: there is no such file"),
        ("*.csv", r"^\*.csv: no file matches this pattern"),
        ("empty", "^empty: contains no file"),
        ("{SPAN}-{YYYY}.csv", "has both {SPAN} and a date"),
        ("{YYYY}-{MM}-{DD}.csv", "no file matches"),
    ],
)
def test_a_path_without_files(made: Path, path: str, sentence: str) -> None:
    (made / "empty").mkdir()
    with pytest.raises(ConfigError, match=sentence):
        find_inputs(path)


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (
            ["test.csv", "train.csv", "validation.csv"],
            {"train": "train.csv", "eval": "validation.csv", "test": "test.csv"},
        ),
        (["Dev.tsv", "Train.tsv"], {"train": "Train.tsv", "eval": "Dev.tsv"}),
        (
            ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet", "test.pq"],
            {"train": "train-0000*-of-00002.parquet", "test": "test.pq"},
        ),
        (
            ["news.train.csv", "news.test.csv"],
            {"train": "news.train.csv"} | {"test": "news.test.csv"},
        ),
        (["a.csv", "b.csv"], {}),
        (["train-1.csv", "train-2.csv"], {}),
        (["test.csv", "dev.csv"], {}),
        (["training_of_tests.csv", "contest.csv"], {}),
        # No pattern matches these two, but not the test split.
        (["train-a.csv", "b-train.csv", "test-c.csv"], {}),
    ],
)
def test_splits_by_name(made: Path, names: list[str], splits: dict[str, str]) -> None:
    _touch(made / "rows", *names)
    found = find_inputs("rows")
    assert found.splits == splits
    assert sorted(_names(found)) == sorted(names)
    if splits:
        assert "train" in found.files[0].lower()


def test_splits_by_folder(made: Path) -> None:
    _touch(made, "rows/train/a.csv", "rows/train/b.csv", "rows/dev/a.csv")
    found = find_inputs("rows")
    assert found.splits == {"train": "train/*", "eval": "dev/*"}
    assert found.files == ("rows/train/a.csv", "rows/train/b.csv", "rows/dev/a.csv")


def test_files_in_no_split_are_not_read(made: Path) -> None:
    _touch(made / "rows", "train.csv", "test.csv", "sample_submission.csv")
    found = find_inputs("rows")
    assert _names(found) == ["train.csv", "test.csv"]
    assert found.unused == ("sample_submission.csv",)


def test_each_file_gives_equally_many_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inputs, "MAX_ROWS", 4)
    files = {"a": [1, 2, 3], "b": [4, 5], "c": [6]}
    sample = Sample(["a", "b"])
    assert list(sample.rows(lambda file: iter(files[file]))) == [1, 2, 4, 5]
    assert sample.is_cut
    sample = Sample(["b", "c"])
    assert list(sample.rows(lambda file: iter(files[file]))) == [4, 5, 6]
    assert not sample.is_cut


def test_a_folder_as_hive_names_it_is_explained(made: Path) -> None:
    _touch(made, "rows/label=a/x.parquet")
    with pytest.raises((ConfigError, DataError), match="contain the column 'label'"):
        find_inputs("rows")
