"""The tables of the benchmarks: one per heading and kind of processor, in one order."""

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
    kind = table.processor()
    readme.write_text(
        f"# Benchmarks\n\n    ## no heading\n\n## B\n\n### {kind}\n\nold\n"
    )
    monkeypatch.setattr(table, "README", readme)
    table.keep("B", ["new"])
    table.keep("A", ["first"])
    text = readme.read_text()

    assert "old" not in text
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Benchmarks",
        "## A",
        f"### {kind}",
        "## B",
        f"### {kind}",
    ]
    beginning = f"# Benchmarks\n\n    ## no heading\n\n## A\n\n### {kind}\n\nfirst\n\n"
    assert text.startswith(beginning)
    assert text.count("Measured on") == 2
    assert text.endswith(".\n")
    assert not text.endswith("\n\n")


def test_a_section_keeps_what_was_measured_on_other_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(
        "# Benchmarks\n\n## A\n\nby hand\n\n### AMD EPYC with AVX2\n\nother\n\n"
        "### Intel Xeon with AMX\n\nold\n\n## B\n\n### Intel Xeon with AMX\n\nB\n"
    )
    monkeypatch.setattr(table, "README", readme)
    monkeypatch.setattr(table, "processor", lambda: "Intel Xeon with AMX")
    table.keep("A", ["new"])

    text = readme.read_text()
    assert "old" not in text
    assert [line for line in text.splitlines() if line and "Measured" not in line] == [
        "# Benchmarks",
        "## A",
        "by hand",
        "### AMD EPYC with AVX2",
        "other",
        "### Intel Xeon with AMX",
        "new",
        "## B",
        "### Intel Xeon with AMX",
        "B",
    ]


def test_the_first_measurement_on_a_processor_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n\n## A\n\n### Intel Xeon with AMX\n\nold\n")
    monkeypatch.setattr(table, "README", readme)
    monkeypatch.setattr(table, "processor", lambda: "AMD EPYC with AVX512-BF16")
    table.keep("A", ["new"])

    text = readme.read_text()
    assert text.index("### AMD EPYC with AVX512-BF16\n\nnew") < text.index("### Intel")
    assert text.endswith("### Intel Xeon with AMX\n\nold\n")


def test_every_section_of_the_readme_is_divided_by_processor(repository: Path) -> None:
    text = (repository / "benchmarks" / "README.md").read_text(encoding="utf-8")

    assert [part for part in text.split("\n## ")[1:] if "\n### " not in part] == []


def test_the_machine_says_what_kind_of_processor_it_has() -> None:
    assert table.machine().startswith(f"{table.processor()}, ")
    assert ", TensorFlow 2." in table.machine()
