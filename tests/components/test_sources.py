import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.text_example_gen import driver, spans
from components.text_example_gen.content import data_digest
from components.text_example_gen.sources import input_of, list_files, span_names
from components.text_example_gen.sources import resolve as resolve_patterns
from newsdesk.config.sections import Config
from newsdesk.errors import DataError


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


def test_patterns_of_splits_are_relative_to_the_folder(
    patterns: Callable[..., Any],
) -> None:
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


def test_a_folder_leaves_out_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "run [1]"
    (folder / "deeper").mkdir(parents=True)
    for name in ("b.csv", "a.csv", ".hidden", "_SUCCESS"):
        (folder / name).touch()
    expected = [str(folder / "a.csv"), str(folder / "b.csv")]
    assert list_files(str(folder)) == expected
    assert list_files(str(tmp_path / "*" / "b.csv")) == expected[1:]
    assert list_files(str(folder / "_SUCCESS")) == [str(folder / "_SUCCESS")]


def test_a_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\*\.csv: there is no such file; check data"):
        list_files(str(tmp_path / "x*.csv"))


def resolve(path: Path, make_config: Callable[..., Config], **data: Any) -> Any:
    base, wanted = input_of(make_config(data={"path": str(path), **data}).data)
    return resolve_patterns(base, wanted)


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
    with pytest.raises(DataError, match=r"leading zeros, .* such as \{SPAN:2\}"):
        resolve(tmp_path / "{SPAN}.csv", make_config)


@pytest.mark.parametrize(
    "pattern", ["{SPAN}/{SPAN}.csv", "{YYYY}.csv", "{VERSION}.csv"]
)
def test_wrong_span_pattern(
    pattern: str, tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    with pytest.raises(DataError, match=r"(twice|needs \{YYYY\}|without \{SPAN\})"):
        resolve(tmp_path / pattern, make_config)


def test_span_without_files(tmp_path: Path, make_config: Callable[..., Config]) -> None:
    with pytest.raises(DataError, match=r"\{SPAN\}\.csv: no file matches"):
        resolve(tmp_path / "{SPAN}.csv", make_config)


def test_the_cache_key_sees_other_content_of_the_same_size_and_time(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    file = tmp_path / "a.csv"
    base, wanted = input_of(make_config(data={"path": str(file)}).data)

    def key() -> str | None:
        processor = driver.Processor(base, wanted.splits)
        return processor.get_input_fingerprint(*processor.resolve_span_and_version())

    file.write_text("label,text\n0,a\n")
    times = (file.stat().st_atime_ns, file.stat().st_mtime_ns)
    before = key()
    assert before == key()
    file.write_text("label,text\n1,a\n")
    os.utime(file, ns=times)
    assert file.stat().st_mtime_ns == times[1]
    assert before != key()


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("day-{SPAN}/*.csv", ["day-9/a.csv", "day-10/a.csv", "day-x/a.csv"]),
        (
            "{SPAN:3}/v{VERSION}/a.csv",
            ["007/v1/a.csv", "008/v9/a.csv", "008/v10/a.csv"],
        ),
        (
            "{YYYY}-{MM}-{DD}.csv",
            ["2024-02-29.csv", "2024-03-01.csv", "2023-12-31.csv"],
        ),
        ("{YYYY}/{MM}/{DD}/r?ws.csv", ["2024/02/29/rows.csv", "1969/12/31/rows.csv"]),
    ],
)
def test_the_newest_span_is_the_one_that_tfx_finds(
    tmp_path: Path, pattern: str, files: list[str]
) -> None:
    from tfx.components.example_gen import utils
    from tfx.proto import example_gen_pb2, range_config_pb2

    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (found,) = spans.latest(str(tmp_path), [pattern])
    if "day-x/a.csv" in files:
        # TFX stops at a name that is not a number. Our search ignores such a file.
        (tmp_path / "day-x/a.csv").unlink()
    split = example_gen_pb2.Input.Split(name="all", pattern=pattern)
    newest = range_config_pb2.RollingRange(num_spans=1)
    _, *expected = utils.calculate_splits_fingerprint_span_and_version(
        str(tmp_path), [split], range_config_pb2.RangeConfig(rolling_range=newest)
    )
    assert list(found) == expected
    # TFX has filled the span into the pattern of the split.
    assert spans.filled(pattern, found) == split.pattern


def test_a_set_and_stars_in_a_pattern_with_a_span(tmp_path: Path) -> None:
    for file in ("1/x/a.csv", "2/b.csv", "3/c.csv"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    (newest,) = spans.latest(str(tmp_path), ["{SPAN}/**/[ab].csv"])
    assert newest.number == 2


def test_splits_of_different_newest_spans_are_refused(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    for file in ("train-1.csv", "train-2.csv", "test-1.csv"):
        (tmp_path / file).touch()
    given = {"train": "train-{SPAN}.csv", "test": "test-{SPAN}.csv"}
    with pytest.raises(DataError, match="newest spans: train-2.csv, test-1.csv"):
        resolve(tmp_path, make_config, splits=given)


def _days(folder: Path, *days: str) -> Path:
    for day in days:
        (folder / day).mkdir()
        (folder / day / "a.csv").write_text(f"label,text\n0,{day}\n")
    return folder / "{YYYY}-{MM}-{DD}" / "a.csv"


def test_a_window_reads_the_latest_spans_that_exist(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    path = _days(tmp_path, "2026-10-31", "2026-11-03", "2026-11-01")
    (tmp_path / "2026-11-01" / "_SUCCESS").touch()
    (tmp_path / "2026-10-31" / "_SUCCESS").touch()

    def read(**data: Any) -> tuple[list[str], list[str]]:
        section = make_config(data={"path": str(path), **data}).data
        base, wanted = input_of(section)
        selection = (section.span_marker, section.window)
        (pattern,) = resolve_patterns(base, wanted, *selection).values()
        return span_names(section), list_files(pattern)

    def files(*days: str) -> list[str]:
        return [str(tmp_path / day / "a.csv") for day in days]

    everything = ["2026-10-31", "2026-11-01", "2026-11-03"]
    assert read() == (everything[2:], files(*everything[2:]))
    assert read(window=2) == (everything[1:], files(*everything[1:]))
    assert read(window=9) == (everything, files(*everything))
    complete = everything[:2]
    marked = read(window=2, span_marker="_SUCCESS")
    assert marked == (complete, files(*complete))


def test_every_span_of_a_window_is_read_in_its_newest_version(tmp_path: Path) -> None:
    for file in ("1/v1.csv", "2/v1.csv", "2/v3.csv", "3/v2.csv"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    found = spans.latest(str(tmp_path), ["{SPAN}/v{VERSION}.csv"], count=2)
    assert found == [spans.Span(2, 3), spans.Span(3, 2)]


def test_splits_without_a_span_of_the_window_are_refused(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    for file in ("train-1.csv", "train-2.csv", "test-0.csv", "test-2.csv"):
        (tmp_path / file).touch()
    given = {"train": "train-{SPAN}.csv", "test": "test-{SPAN}.csv"}
    base, wanted = input_of(
        make_config(data={"path": str(tmp_path), "splits": given}).data
    )
    with pytest.raises(DataError, match="newest spans: train-1.csv, test-0.csv"):
        resolve_patterns(base, wanted, window=2)


def test_the_driver_keys_a_window_by_the_content_of_its_spans(
    tmp_path: Path, make_config: Callable[..., Config]
) -> None:
    path = _days(tmp_path, "2026-10-31", "2026-11-01")

    def key(window: int) -> tuple[str, str | None]:
        data = make_config(data={"path": str(path), "window": window}).data
        base, wanted = input_of(data)
        processor = driver.Processor(base, wanted.splits, None, None, window)
        found = processor.resolve_span_and_version()
        pattern = processor.get_pattern_for_span_version(wanted.splits[0].pattern, 0, 0)
        assert processor.get_input_fingerprint(*found) == data_digest(data)
        return pattern, processor.get_input_fingerprint(*found)

    assert key(2)[0] == "2026-10-31/a.csv\n2026-11-01/a.csv"
    before = key(2)[1]
    assert before != key(1)[1]
    (tmp_path / "2026-10-31" / "a.csv").write_text("label,text\n1,new\n")
    assert key(2)[1] != before


def test_a_window_requires_a_span_in_the_pattern(
    make_config: Callable[..., Config],
) -> None:
    with pytest.raises(ValueError, match=r"data.path has no \{SPAN\}"):
        make_config(data={"path": "/data/rows.csv", "window": 2})
