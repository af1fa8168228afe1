"""The tables of the benchmarks: drawn, kept once per heading, in one order."""

from pathlib import Path

import pytest

from benchmarks import table


def test_a_table_is_markdown() -> None:
    drawn = table.markdown(["", "rows/s"], [["ours", "60.0"], ["theirs", "40.0"]])

    assert drawn.splitlines() == [
        "|  | rows/s |",
        "| --- | ---: |",
        "| ours | 60.0 |",
        "| theirs | 40.0 |",
    ]


def test_a_section_is_replaced_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n\n    ## no heading\n\n## B\n\nold\n")
    monkeypatch.setattr(table, "README", readme)
    table.keep("B", ["new"])
    table.keep("A", ["first"])
    text = readme.read_text()

    assert "old" not in text
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Benchmarks",
        "## A",
        "## B",
    ]
    assert text.startswith("# Benchmarks\n\n    ## no heading\n\n## A\n\nfirst\n\n")
    assert text.count("Measured on") == 2
    assert text.endswith(".\n")
    assert not text.endswith("\n\n")
