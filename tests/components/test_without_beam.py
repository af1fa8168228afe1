"""Beam in this process, and no Beam, write the same bytes."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.text_example_gen import shards, without_beam
from components.text_example_gen.row_reader import Source
from components.text_example_gen.splits import Division
from newsdesk.config.sections import Config


@pytest.mark.slow
def test_files_and_notes_are_those_of_beam(
    tmp_path: Path,
    make_config: Callable[..., Config],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import apache_beam as beam
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner

    from components.text_example_gen.transforms import ExamplesFromFiles

    # A class with two rows, and a bad row.
    lines = ["label,text", *(f"{n % 3},text number {n}" for n in range(900))]
    lines += ["3,rare", "3,also rare", "9,bad"]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "b.csv").write_text("label,text\n1,more\n")
    data = make_config(data={"text_columns": ["text"], "label_column": "label"}).data
    division = Division.by({"train": 8, "eval": 1, "test": 1})
    sources = [Source(str(tmp_path / name), division) for name in ("a.csv", "b.csv")]

    def written(folder: Path) -> dict[str, Any]:
        files = {
            str(file.relative_to(folder)): file.read_bytes()
            for file in folder.rglob("*.gz")
        }
        (notes,) = (folder / "notes").iterdir()
        return files | {"notes": sorted(notes.read_text().splitlines())}

    def prefixes(folder: Path) -> dict[str, str]:
        return {name: str(folder / name / "rows") for name in division.names}

    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        _ = pipeline | ExamplesFromFiles(
            data, sources, prefixes(tmp_path / "beam"), str(tmp_path / "beam/notes/p")
        )
    here = tmp_path / "here"
    without_beam.write(data, sources, prefixes(here), here / "notes" / "p")
    found = written(here)
    assert len(found) == 4
    assert found == written(tmp_path / "beam")
    # Nothing else is left behind.
    assert sorted(os.listdir(here)) == ["eval", "notes", "test", "train"]

    # A file ends after each batch.
    monkeypatch.setattr(shards, "SIZE", 1)
    several = tmp_path / "several"
    without_beam.write(data, sources, prefixes(several), several / "notes" / "p")
    names = sorted(os.listdir(several / "train"))
    assert len(names) > 1
    assert names[0] == f"rows-00000-of-{len(names):05}.gz"


def test_files_are_compressed_fast_and_do_not_contain_the_time(tmp_path: Path) -> None:
    sink = shards.Shards(str(tmp_path / "rows"))
    writer = sink.open_writer(str(tmp_path), "0")
    writer.write([b"one", b"two"])
    content = Path(writer.close()).read_bytes()
    # RFC 1952: the time is absent, and the compressor used its fastest algorithm.
    assert content[4:9] == bytes(4) + b"\x04"
    assert gzip.decompress(content) == b"".join(map(shards.framed, [b"one", b"two"]))


@pytest.mark.slow
def test_one_process_needs_no_beam(
    tmp_path: Path, generate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from components.text_example_gen.executor import Executor

    monkeypatch.setattr(Executor, "_make_beam_pipeline", None)
    lines = ["label,text", *(f"{n % 4},text number {n}" for n in range(200))]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    assert generate(path=str(tmp_path / "a.csv")).summary["rows_out"] == 200
