import gzip
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsdesk.config.beam import Beam
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.config.sections import Config
from newsdesk.errors import DataError, GateError

pytestmark = pytest.mark.slow


def write_csv(path: Path, rows: int, start: int = 0, bad: int = 0) -> Path:
    """Writes rows of four classes, followed by bad rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{n % 4},text number {n}" for n in range(start, start + rows)]
    lines += [f"9,bad row {n}" for n in range(bad)]
    path.write_text("\n".join(["label,text", *lines]) + "\n")
    return path


def test_one_file_is_divided_by_text(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    file = write_csv(tmp_path / "a.csv", 300)
    twice = file.read_text().splitlines()[1:]
    file.write_text("\n".join(["label,text", *twice, *reversed(twice)]) + "\n")
    found = generate(path=str(file))
    assert found.summary["rows_in"] == found.summary["rows_out"] == 600
    assert found.summary["quarantined"] == 0
    texts = {name: [row["text"] for row in rows] for name, rows in found.splits.items()}
    assert found.summary["splits"] == {name: len(one) for name, one in texts.items()}
    assert set(texts) == {"train", "eval", "test"}
    assert sum(len(set(one)) for one in texts.values()) == 300
    assert len(set().union(*texts.values())) == 300
    assert {row["label"] for row in found.splits["train"]} == {0, 1, 2, 3}


def test_given_splits_columns_and_slices(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    train = [f'{n},"t{n}",body,wire' for n in (1, 2, 3, 4) * 20]
    (tmp_path / "train.csv.gz").write_bytes(gzip.compress("\n".join(train).encode()))
    (tmp_path / "test.csv").write_text("Sports, title ,body ,\n")
    (tmp_path / "eval.csv").write_text("4,title,body,\n")
    found = generate(
        path=str(tmp_path),
        splits={"train": "train.csv.gz", "eval": "e*.csv", "test": "test.csv"},
        columns=["label", "title", "body", "source"],
        text_columns=["title", "body"],
        first_label=1,
        slice_columns=["source"],
    )
    expected = {"text": b"title  body", "label": 1, "source": b""}
    assert found.splits["test"] == [expected]
    assert found.splits["eval"] == [{"text": b"title body", "label": 3, "source": b""}]
    assert found.summary["splits"] == {"train": 80, "eval": 1, "test": 1}
    first = {"text": b"t1 body", "label": 0, "source": b"wire"}
    assert found.splits["train"].count(first) == 20


def test_several_files_of_several_formats(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    write_csv(tmp_path / "data" / "a.csv", 50)
    write_csv(tmp_path / "data" / "b.csv", 50, start=50)
    objects = [{"text": f"object {n}", "label": "Sports"} for n in range(20)]
    lines = "\n".join(json.dumps(one) for one in objects)
    (tmp_path / "data" / "c.jsonl").write_text(lines)
    found = generate(path=str(tmp_path / "data"), ratios={"train": 1, "test": 0})
    assert found.summary["rows_out"] == 120
    assert set(found.splits) == {"train", "eval"}


def test_bad_rows_within_the_limit_are_set_aside(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    file = write_csv(tmp_path / "a.csv", 90, bad=10)
    found = generate(path=str(file), max_bad_rows=0.1)
    assert found.summary["rows_in"] == 100
    assert found.summary["rows_out"] == sum(found.summary["splits"].values()) == 90
    assert found.summary["quarantined"] == len(found.refused) == 10
    assert found.refused[0]["file"] == str(file)
    assert [row["row"] for row in found.refused] == list(range(92, 102))
    assert found.refused[0]["reason"].startswith("unknown label '9'")
    assert found.refused[0]["content"] == '{"label": "9", "text": "bad row 0"}'


def test_too_many_bad_rows_stop_the_run(
    tmp_path: Path, generate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(tmp_path / "run"))
    file = write_csv(tmp_path / "a.csv", 90, bad=10)
    with pytest.raises(GateError) as stopped:
        generate(path=str(file), max_bad_rows=0.09)
    message = str(stopped.value)
    assert message.startswith("10 of 100 rows cannot be used (10.00%; ")
    assert "data.max_bad_rows allows 9.00%" in message
    assert [f"{file}:{n}: unknown" in message for n in range(92, 98)] == [True] * 5 + [
        False
    ]
    kept = tmp_path / "run" / "quarantine.jsonl"
    assert message.endswith(f"All 10: {kept}")
    assert [json.loads(line)["row"] for line in kept.open()] == list(range(92, 102))


def test_missing_column_stops_the_run(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    write_csv(tmp_path / "a.csv", 9)
    (tmp_path / "b.csv").write_text("label,body\n1,x\n")
    with pytest.raises(DataError, match=r"b\.csv: has no column 'text'.*'label', 'bo"):
        generate(path=str(tmp_path / "*.csv"))


def test_one_row_cannot_fill_the_splits(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    file = write_csv(tmp_path / "a.csv", 1)
    with pytest.raises(DataError, match="split .* got none of the 1 usable rows"):
        generate(path=str(file))


def test_several_processes_give_the_same_rows(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    for part in range(3):
        write_csv(tmp_path / "data" / f"{part}.csv", 700, 700 * part, bad=1)
    data = {"path": str(tmp_path / "data"), "max_bad_rows": 0.01}
    one = generate(**data)
    for file in (tmp_path / "out").rglob("*.gz"):
        file.unlink()
    two = generate(beam=Beam(mode="multi_processing", workers=2), **data)
    assert two.summary == one.summary
    assert two.refused == one.refused
    for name, rows in one.splits.items():
        assert sorted(map(str, two.splits[name])) == sorted(map(str, rows))


def test_parts_of_one_file_give_the_rows_of_the_whole_file(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    lines = ["label,text"]
    chance = random.Random(0)
    for number in range(9000):
        # A packed file is named only if it is large.
        text = chance.randbytes(600).hex()
        lines.append(f'{number % 4},"{text}\n""second"" line"')
        if number % 500 == 0:
            lines += [f"9,bad row {number}", f'{number % 4},5" pipe {number}']
    plain, packed = tmp_path / "a.csv", tmp_path / "b.csv.gz"
    plain.write_text("\n".join(lines) + "\n")
    packed.write_bytes(gzip.compress(plain.read_bytes(), 1))
    whole = generate(path=str(packed), max_bad_rows=0.1)
    assert whole.summary["read_by_one_worker"] == {str(packed): "is packed with gzip"}
    for workers in (1, 2):
        for file in (tmp_path / "out").rglob("*.gz"):
            file.unlink()
        beam = Beam(
            mode="in_memory" if workers == 1 else "multi_processing", workers=workers
        )
        found = generate(path=str(plain), max_bad_rows=0.1, beam=beam)
        assert found.summary == {**whole.summary, "read_by_one_worker": {}}
        for one, other in zip(found.refused, whole.refused, strict=True):
            assert one == {**other, "file": str(plain)}
        for name, rows in whole.splits.items():
            assert sorted(map(str, found.splits[name])) == sorted(map(str, rows))


def test_examples_are_written_to_files_of_bounded_size(
    tmp_path: Path, generate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.text_example_gen import shards

    # A file ends after each batch.
    monkeypatch.setattr(shards, "SIZE", 1)
    write_csv(tmp_path / "a.csv", 4000)
    found = generate(path=str(tmp_path / "a.csv"))
    assert len(found.splits["train"]) == found.summary["splits"]["train"]
    names = sorted((tmp_path / "out" / "examples" / "Split-train").iterdir())
    assert names[0].name == f"data_tfrecord-00000-of-0000{len(names)}.gz"
    assert len(names) > 1


def test_file_name_that_is_not_utf_8(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    write_csv(tmp_path / "data" / "a.csv", 300)
    bad = write_csv(tmp_path / "data" / "b.csv", 0, bad=1)
    bad.rename(bad.with_name(os.fsdecode(b"caf\xe9.csv")))
    found = generate(path=str(tmp_path / "data"), max_bad_rows=0.1)
    assert found.summary["rows_in"] == 301
    assert found.refused[0]["file"] == str(tmp_path / "data" / "caf\\xe9.csv")
    with pytest.raises(GateError, match=r"/caf\\xe9\.csv:2: unknown label") as raised:
        generate(path=str(tmp_path / "data"))
    assert str(raised.value).encode()


def test_columns_that_are_not_needed_cost_no_row(
    tmp_path: Path, generate: Callable[..., Any], shared: Path
) -> None:
    folder = shared / "cases" / "w04_unused_columns"
    for file in sorted(folder.iterdir()):
        found = generate(path=str(file), labels=["neg", "pos"])
        assert found.summary["rows_in"] == found.summary["rows_out"] > 0


def test_every_class_has_rows_in_each_split_on_any_number_of_workers(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    labels = [f"c{n}" for n in range(60)]
    rows = [f"{label},text {n} of {label}" for n in range(12) for label in labels]
    folder = tmp_path / "data"
    folder.mkdir()
    for part in range(3):
        lines = ["label,text", *rows[part::3]]
        (folder / f"{part}.csv").write_text("\n".join(lines) + "\n")
    one = generate(path=str(folder), labels=labels)
    for found in one.splits.values():
        assert {row["label"] for row in found} == set(range(60))
    assert one.summary["rows_out"] == len(rows)
    for file in (tmp_path / "out").rglob("*.gz"):
        file.unlink()
    (folder / "0.csv").rename(folder / "9.csv")
    two = generate(
        beam=Beam(mode="multi_processing", workers=2), path=str(folder), labels=labels
    )
    for name, found in one.splits.items():
        assert sorted(map(str, two.splits[name])) == sorted(map(str, found))


def test_files_named_as_splits_are_not_mixed(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    write_csv(tmp_path / "data" / "train-00000-of-00002.csv", 50)
    write_csv(tmp_path / "data" / "train-00001-of-00002.csv", 50, start=50)
    write_csv(tmp_path / "data" / "validation.csv", 20, start=100)
    found = generate(path=str(tmp_path / "data"))
    assert found.summary["splits"] == {"train": 100, "eval": 20}
    assert min(row["text"] for row in found.splits["eval"]) == b"text number 100"


def test_dropped_and_merged_rows_are_counted(
    tmp_path: Path, generate: Callable[..., Any]
) -> None:
    from newsdesk.config.data import Data
    from pipeline.local import node_results

    labels = ["World", "Sports", "Business", "Sci/Tech"]
    file = write_csv(tmp_path / "a.csv", 80)
    removed = {"drop_labels": ["Sports"], "merge_labels": {"World": ["Business"]}}
    found = generate(path=str(file), labels=labels, **removed)
    assert found.summary["rows_in"] == 80
    assert (found.summary["rows_out"], found.summary["quarantined"]) == (60, 0)
    assert found.summary["left_out"] == {"Sports": 20}
    assert found.summary["merged"] == {"Business": 20}
    rows = [row["label"] for split in found.splits.values() for row in split]
    assert (rows.count(0), rows.count(1)) == (40, 20)
    uri = str(tmp_path / "out" / "quarantine")
    noted = node_results.rows(uri)
    expected = "80 rows in = 60 out + 0 quarantined + 20 left out"
    assert node_results.rows_note(noted) == expected
    section = Data.model_validate(
        {
            "path": str(file),
            "text_columns": ["text"],
            "label_column": "label",
            "labels": labels,
            "schema_file": "/s",
        }
        | removed
    )
    assert node_results.splits_lines(uri, section)[1:] == [
        "merged into 'World', with rows: 'Business' (20)",
        "left out: 'Sports' (data.drop_labels), rows: 20",
    ]


def test_rows_are_written_by_the_stage_that_reads_them(
    make_config: Callable[..., Config],
) -> None:
    import apache_beam as beam
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    from components.text_example_gen.row_reader import Source
    from components.text_example_gen.splits import Division
    from components.text_example_gen.transforms import ExamplesFromFiles

    data = make_config(data={"text_columns": ["text"], "label_column": "label"}).data
    division = Division.by({"train": 8, "test": 2})
    pipeline = beam.Pipeline(runner=FnApiRunner())
    prefixes = {name: f"/unused/{name}" for name in division.names}
    _ = pipeline | ExamplesFromFiles(data, [Source("a", division)], prefixes, "/unused")
    _, stages = FnApiRunner().create_stages(pipeline.to_runner_api())
    names = [[one.unique_name for one in stage.transforms] for stage in stages]
    (reading,) = (
        stage for stage in names if any("(ReadFiles)" in one for one in stage)
    )
    # Rows that wait for another stage are all in memory.
    for step in ("Route", "Write[train]/WriteImpl/WriteBundles", "Write[test]/"):
        assert any(step in one for one in reading)
