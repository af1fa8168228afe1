from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.text_example_gen import driver
from components.text_example_gen.sources import fingerprint, input_of, list_files
from pipeline.config import Config
from pipeline.errors import DataError


@pytest.fixture
def patterns(make_config: Callable[..., Config]) -> Callable[..., Any]:
    def of(**data: Any) -> Any:
        base, found = input_of(make_config(data=data).data)
        return base, {split.name: split.pattern for split in found.splits}

    return of


def test_file_folder_and_glob(patterns: Callable[..., Any]) -> None:
    assert patterns(path="/data/a.csv") == ("/data", {"all": "a.csv"})
    assert patterns(path="/data/*/a.csv") == ("/data", {"all": "*/a.csv"})
    assert patterns(path="/a.csv") == ("/", {"all": "a.csv"})


def test_given_splits_are_seen_from_the_folder(patterns: Callable[..., Any]) -> None:
    given = {"test": "test.csv", "train": "train/*.csv"}
    expected = {"train": "train/*.csv", "test": "test.csv"}
    assert patterns(path="/data", splits=given) == ("/data", expected)
    assert patterns(path="/data/day-{SPAN}", splits={"train": "a.csv"}) == (
        "/data",
        {"train": "day-{SPAN}/a.csv"},
    )


def test_tfds(patterns: Callable[..., Any]) -> None:
    expected = ("tfds:glue/sst2", {"train": "train", "test": "validation"})
    given = {"train": "train", "test": "validation"}
    assert patterns(path="tfds:glue/sst2", splits=given) == expected


def test_folder_leaves_out_what_is_no_data(tmp_path: Path) -> None:
    folder = tmp_path / "run [1]"
    (folder / "deeper").mkdir(parents=True)
    for name in ("b.csv", "a.csv", ".hidden", "_SUCCESS"):
        (folder / name).touch()
    expected = [str(folder / "a.csv"), str(folder / "b.csv")]
    assert list_files(str(folder)) == expected
    assert list_files(str(tmp_path / "*" / "b.csv")) == expected[1:]
    assert list_files(str(folder / "_SUCCESS")) == [str(folder / "_SUCCESS")]


def test_no_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\*\.csv: there is no such file; check data"):
        list_files(str(tmp_path / "x*.csv"))


def resolve(path: Path, make_config: Callable[..., Config], **data: Any) -> Any:
    base, wanted = input_of(make_config(data={"path": str(path), **data}).data)
    return driver.resolve(base, wanted)


def test_newest_span(tmp_path: Path, make_config: Callable[..., Config]) -> None:
    for day in ("2024-12-31", "2025-01-02", "2025-01-01"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "a.csv").touch()
    path = tmp_path / "{YYYY}-{MM}-{DD}" / "*.csv"
    newest = str(tmp_path / "2025-01-02" / "*.csv")
    assert resolve(path, make_config) == {"all": newest}


def test_span_with_leading_zeros(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    (tmp_path / "09.csv").touch()
    (tmp_path / "10.csv").touch()
    (tmp_path / "08.csv").touch()
    newest = {"all": str(tmp_path / "10.csv")}
    assert resolve(tmp_path / "{SPAN:2}.csv", make_config) == newest
    (tmp_path / "10.csv").unlink()
    with pytest.raises(DataError, match=r"leading zeros is written \{SPAN:2\}"):
        resolve(tmp_path / "{SPAN}.csv", make_config)


@pytest.mark.parametrize(
    "pattern", ["{SPAN}/{SPAN}.csv", "{YYYY}.csv", "{VERSION}.csv"]
)
def test_wrong_span_pattern(
    pattern: str, tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    with pytest.raises(DataError, match="span pattern is wrong"):
        resolve(tmp_path / pattern, make_config)


def test_span_without_files(tmp_path: Path, make_config: Callable[..., Config]) -> None:
    with pytest.raises(DataError, match=r"\{SPAN\}\.csv: no file matches"):
        resolve(tmp_path / "{SPAN}.csv", make_config)


def test_fingerprint_sees_a_change_within_a_second(tmp_path: Path) -> None:
    import os

    file = tmp_path / "a.csv"
    file.write_text("one")
    os.utime(file, ns=(0, 1_000_000_001))
    before = fingerprint([("train", str(file))])
    assert before == fingerprint([("train", str(file))])
    os.utime(file, ns=(0, 1_000_000_002))
    assert before != fingerprint([("train", str(file))])
