"""The invented rows of six languages."""

from collections import Counter
from pathlib import Path

from benchmarks.languages import CLASSES, UNSPACED, rows, write
from newsdesk.config.load import load


def test_languages_and_classes_have_equally_many_rows() -> None:
    found = list(rows(720))

    assert found == list(rows(720))
    counts = Counter((row.language, row.label) for row in found)
    assert len(counts) == 6 * len(CLASSES)
    assert set(counts.values()) == {20}


def test_only_japanese_and_chinese_have_no_spaces() -> None:
    for row in rows(36):
        assert (" " in row.text) is (row.language not in UNSPACED)


def test_the_rows_are_written_with_a_configuration(tmp_path: Path) -> None:
    write(list(rows(36)), tmp_path)

    config = load(tmp_path / "newsdesk.toml")
    assert config.data.labels == list(CLASSES)
    lines = (tmp_path / "test.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 13
