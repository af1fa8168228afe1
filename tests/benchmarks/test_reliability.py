"""`make faults`, the table of the scripts and their sources name the same scripts."""

import re
import subprocess
from pathlib import Path


def _names(repository: Path) -> list[str]:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = re.findall(r"^FAULTS: (.*)$", done.stdout, re.MULTILINE)
    return line.split()


def test_the_table_lists_the_scripts_of_make_faults(repository: Path) -> None:
    folder = repository / "benchmarks" / "reliability"
    rows = re.findall(r"^\| `(\w+)` \|", (folder / "README.md").read_text(), re.M)
    assert sorted(rows) == sorted(_names(repository))
    assert [name for name in rows if not (folder / f"{name}.py").is_file()] == []


def test_every_script_has_a_row(repository: Path) -> None:
    folder = repository / "benchmarks" / "reliability"
    scripts = {
        file.stem
        for file in folder.glob("*.py")
        # Modules that only scripts start read sys.argv themselves.
        if "ArgumentParser" in file.read_text()
    }
    assert scripts == set(_names(repository))


def test_tests_and_benchmarks_import_each_other_without_a_circle(
    repository: Path,
) -> None:
    pattern = re.compile(r"^\s*(?:from|import) ((?:tests|benchmarks)[\w.]*)", re.M)
    wrong = []
    for folder, allowed in (
        ("benchmarks", ("benchmarks", "tests.support")),
        ("tests/support", ("tests.support",)),
    ):
        for file in (repository / folder).rglob("*.py"):
            for module in pattern.findall(file.read_text()):
                if not module.startswith(allowed):
                    wrong.append(f"{file.relative_to(repository)} -> {module}")
    assert wrong == []
