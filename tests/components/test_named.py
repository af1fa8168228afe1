from pathlib import Path

import pytest

from components.text_example_gen import named_splits, splits
from components.text_example_gen.content import data_digest
from components.text_example_gen.sources import files_of, input_of
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows.split_names import split_named


def data(path: Path | str, **values: object) -> Data:
    return Data.model_validate(
        {
            "path": str(path),
            "text_columns": ["text"],
            "label_column": "label",
            "labels": ["a", "b"],
            "schema_file": "/schema.pbtxt",
        }
        | values
    )


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"label,text\na,{name}\n")
    return folder


def found(section: Data, folder: Path) -> dict[str, list[str]]:
    return {
        split: [str(Path(file).relative_to(folder)) for file in files]
        for split, files in files_of(*input_of(section), section.span_marker).items()
    }


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train.csv", "test.csv"], {"train": "train.csv", "test": "test.csv"}),
        (["TRAIN.CSV", "Dev.tsv"], {"train": "TRAIN.CSV", "eval": "Dev.tsv"}),
        (
            ["train-00000-of-00002.parquet", "valid-00000-of-00001.parquet"],
            {
                "train": "train-00000-of-00002.parquet",
                "eval": "valid-00000-of-00001.parquet",
            },
        ),
        (
            ["train_1.csv", "val.jsonl.gz", "test-00-of-01-b42a775f407cee45.parquet"],
            {
                "train": "train_1.csv",
                "eval": "val.jsonl.gz",
                "test": "test-00-of-01-b42a775f407cee45.parquet",
            },
        ),
        (
            ["train/a.csv", "validation/a.csv", "eval.csv", "_SUCCESS"],
            {"train": "train/a.csv", "eval": "eval.csv validation/a.csv"},
        ),
        (["train.csv", "train_2.csv"], {"all": "train.csv train_2.csv"}),
        (["test.csv"], {"all": "test.csv"}),
        (["developers.csv", "tests.csv"], {"all": "developers.csv tests.csv"}),
        (["a.csv", "other/a.csv"], {"all": "a.csv"}),
    ],
)
def test_names_of_files_decide_the_split(
    tmp_path: Path, names: list[str], expected: dict[str, str]
) -> None:
    put(tmp_path, *names)
    wanted = {split: files.split() for split, files in expected.items()}
    assert found(data(tmp_path), tmp_path) == wanted


def test_a_pattern_sees_the_names_below_its_first_wildcard(tmp_path: Path) -> None:
    # The folder `test` is above all files, so its name says nothing.
    folder = put(tmp_path / "test", "2025-01-02/train/a.csv", "2025-01-02/dev/b.csv")
    dated = data(folder / "{YYYY}-{MM}-{DD}" / "*" / "*.csv")
    assert found(dated, folder / "2025-01-02") == {
        "train": ["train/a.csv"],
        "eval": ["dev/b.csv"],
    }
    assert found(data(folder / "{YYYY}-{MM}-{DD}"), folder / "2025-01-02") == {
        "train": ["train/a.csv"],
        "eval": ["dev/b.csv"],
    }
    put(folder, "x/one.csv", "x/two.csv")
    assert list(found(data(folder / "x"), folder)) == [splits.ALL]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            ["train.csv", "test.csv", "extra.csv", "more.csv"],
            "train.csv, test.csv are named as splits are, and extra.csv, more.csv "
            'are not; set data.splits = { train = "train.csv", test = "test.csv" }',
        ),
        (["README.md", "train/a.csv", "dev/a.csv"], "and README.md is not; set"),
        (["eval.csv", "test.csv"], "but none is named as train is; set"),
    ],
)
def test_unclear_names_are_explained(
    tmp_path: Path, names: list[str], sentence: str
) -> None:
    put(tmp_path, *names)
    with pytest.raises(DataError) as raised:
        found(data(tmp_path), tmp_path)
    assert sentence in str(raised.value)
    assert "--set 'data.named_splits=\"off\"'" in str(raised.value)


def test_the_proposed_splits_are_accepted(tmp_path: Path) -> None:
    put(tmp_path, "train/a.csv", "train/b.csv", "test_1.csv", "test_2.csv", "x.csv")
    with pytest.raises(DataError, match=r'train = "train/\*", test = "test_\*"'):
        found(data(tmp_path), tmp_path)
    given = data(tmp_path, splits={"train": "train/*", "test": "test_*"})
    assert found(given, tmp_path) == {
        "train": ["train/a.csv", "train/b.csv"],
        "test": ["test_1.csv", "test_2.csv"],
    }


def test_names_can_be_ignored(tmp_path: Path) -> None:
    put(tmp_path, "train.csv", "test.csv")
    off = data(tmp_path, named_splits="off")
    assert found(off, tmp_path) == {"all": ["test.csv", "train.csv"]}
    assert named_splits.find(off) == off
    assert Data.model_validate_json(off.model_dump_json()) == off


def test_a_run_evaluates_a_split_that_exists(tmp_path: Path) -> None:
    put(tmp_path, "train.csv", "validation.csv")
    section = data(tmp_path)
    settled = named_splits.find(section)
    assert settled.named_splits == ["train", "eval"]
    assert (section.tested_split, settled.tested_split) == ("test", "eval")
    assert splits.names_of(splits.divisions(settled)) == ["train", "eval"]
    # Before and after, the data is the same.
    assert data_digest(settled) == data_digest(section)
    # A compiled pipeline was made before the files were known.
    with pytest.raises(DataError, match="evaluates the split 'test'; set data.named"):
        named_splits.check_tested(section, settled)
    put(tmp_path, "test.csv")
    with pytest.raises(DataError, match="but the names of the files say"):
        named_splits.find(settled)
    assert named_splits.find(section).tested_split == "test"


def test_eval_is_set_aside_if_no_file_is_named_so(tmp_path: Path) -> None:
    settled = named_splits.find(data(put(tmp_path, "train.csv", "test.csv")))
    plan = splits.divisions(settled)
    assert plan["train"].names == ("train", "eval")
    assert plan["test"].names == ("test",)


def test_the_digest_contains_the_split(tmp_path: Path) -> None:
    section = data(put(tmp_path, "train.csv", "test.csv"))
    before = data_digest(section)
    (tmp_path / "test.csv").rename(tmp_path / "eval.csv")
    assert data_digest(section) != before


@pytest.mark.parametrize("word", ["Validation", " dev ", "val", "valid", "eval"])
def test_spellings(word: str) -> None:
    assert split_named(word) == "eval"
    assert split_named(f"{word}s") == ""
