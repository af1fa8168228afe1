"""`make bench`, the list in benchmarks/README.md and the sources name one set."""

import re
import subprocess
from pathlib import Path

import pytest

from benchmarks import all as bench
from benchmarks.all import PARTS


def _started(repository: Path) -> list[str]:
    """Names the modules of benchmarks/ that a user starts."""
    return [
        file.stem
        for file in sorted((repository / "benchmarks").glob("*.py"))
        if "ArgumentParser(" in (text := file.read_text())
        and "__main__" in text
        # Another script starts these, in the environment of PyTorch or with a task.
        and file.stem not in ("race", "random_bert")
    ]


def test_the_readme_lists_every_script(repository: Path) -> None:
    text = (repository / "benchmarks" / "README.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"python -m benchmarks\.(\w+)", text.partition("\n## ")[0]))

    assert listed == set(_started(repository)) | {"all"}


def test_the_parts_are_scripts_with_a_short_form(repository: Path) -> None:
    for module, options in PARTS.values():
        file = repository / f"{module.replace('.', '/')}.py"
        source = file.read_text(encoding="utf-8")
        assert "add_short(parser" in source
        assert all(f"add_{option}(parser)" in source for option in options)


def test_make_bench_gives_the_data_and_the_parts(repository: Path) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "bench", "DATA=my rows", "ARGS=training"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )

    assert '-m benchmarks.all --data "my rows" training' in done.stdout


def test_a_failed_part_is_named_and_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("train.csv", "test.csv", "config.json"):
        (tmp_path / name).write_text("")
    ran = []

    def run(name: str, data: Path, weights: Path) -> list[str]:
        ran.append(name)
        return ["false" if name == "training" else "true"]

    monkeypatch.setattr(bench, "command", run)
    options = ["--data", str(tmp_path), "--weights", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["all", *options])

    assert bench.main() == 1
    assert ran == list(PARTS)
    assert "bench: failed: training\n" in capfd.readouterr().err


def test_a_part_has_the_options_that_it_takes() -> None:
    data, weights = Path("/rows"), Path("/minilm")
    words = {name: bench.command(name, data, weights)[3:] for name in PARTS}

    assert words["start-up"] == ["--short"]
    assert words["pipeline"] == ["--short", "--data", "/rows"]
    assert words["training"] == ["--short", "--data", "/rows", "--weights", "/minilm"]
