"""A run reads the data files once for their digest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.text_example_gen import content, sources
from components.text_example_gen.driver import Processor
from newsdesk.config.sections import Config
from newsdesk.identity import fingerprint


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collects the files whose content is read for a digest."""
    files: list[str] = []
    real = fingerprint.of_file

    def of_file(file: Any) -> str:
        files.append(str(file))
        return real(file)

    monkeypatch.setattr(fingerprint, "of_file", of_file)
    return files


def test_a_run_reads_every_file_once_for_its_digest(
    tmp_path: Path, make_config: Callable[..., Config], read: list[str]
) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"text,label\n{name},1\n")
    data = make_config(data={"path": str(tmp_path)}).data
    base, wanted = sources.input_of(data)

    # The callers: `--if-new-data`, the run, the driver, and the node twice.
    digests = [content.data_digest(data) for _ in range(2)]
    processor = Processor(base, wanted.splits)
    processor.get_input_fingerprint(*processor.resolve_span_and_version())
    digests += [content.digest_of_input(base, wanted) for _ in range(2)]

    assert len(set(digests)) == 1
    assert sorted(read) == [str(tmp_path / name) for name in ("a.csv", "b.csv")]


def test_a_file_that_changes_is_read_again(
    tmp_path: Path, make_config: Callable[..., Config], read: list[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("text,label\na,1\n")
    data = make_config(data={"path": str(file)}).data
    before = content.data_digest(data)
    file.write_text("text,label\nb,1\n")

    assert content.data_digest(data) != before
    assert read == [str(file)] * 2
