"""What the documents name exists: links, pages, files, commands, targets, modules."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from pipeline.cli import app

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "docs" / "design"
FOLDERS = (
    *("benchmarks", "components", "docs", "kubeflow", "newsdesk", "pipeline"),
    *("schemas", "scripts", "tests", "trainer"),
)
COMMAND_LINE: Any = typer.main.get_command(app)
# The changelog also names what earlier releases had.
DOCUMENTS = [
    file
    for pattern in ("*.md", *(f"{folder}/**/*.md" for folder in FOLDERS))
    for file in sorted(ROOT.glob(pattern))
    if file.name != "CHANGELOG.md"
]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
_FILE = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[a-z0-9_./-]+\.[a-z]{{2,5}}\b"
)
_COMMAND = re.compile(
    r"(?<![\w.-])(?<!-n )(?<!namespace )newsdesk (?=[a-z])([^\n`#|]+)"
)
_TARGET = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
_MODULE = re.compile(r"python -m ((?:benchmarks|components|tests|trainer)[\w.]*\w)")


def _found(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yields each match in code, with the name of its document."""
    for document in DOCUMENTS:
        name = str(document.relative_to(ROOT))
        for code in _CODE.findall(document.read_text(encoding="utf-8")):
            text = code if code.startswith("```") else " ".join(code.split())
            yield from ((name, found) for found in pattern.findall(text))


def _unknown(line: str) -> list[str]:
    """Lists the subcommands and options of a command line that do not exist."""
    words = shlex.split(line.rstrip("\\ "))
    command = COMMAND_LINE
    while words and (commands := getattr(command, "commands", None)):
        if words[0].startswith("-"):
            break
        name, *words = words
        if name not in commands:
            return [name]
        command = commands[name]
    known = {name for option in command.params for name in option.opts} | {"--help"}
    return [word for word in words if re.match("--?[a-z]", word) and word not in known]


def test_relative_links_lead_to_files() -> None:
    links = [
        (document, link.partition("#")[0])
        for document in DOCUMENTS
        for link in _LINK.findall(document.read_text(encoding="utf-8"))
        if "://" not in link
    ]
    assert links
    assert [(d, link) for d, link in links if not (d.parent / link).exists()] == []


def test_the_index_lists_each_decision_once() -> None:
    index = DESIGN / "README.md"
    pages = [page.name for page in DESIGN.iterdir() if page != index]
    assert sorted(_LINK.findall(index.read_text(encoding="utf-8"))) == sorted(pages)


def test_the_first_page_is_short_and_shows_a_run() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) < 150
    assert {"docs/img/run.svg", "docs/img/report.png"} <= set(_LINK.findall(readme))


def test_files_exist() -> None:
    named = list(_found(_FILE))
    assert named
    assert [one for one in named if not (ROOT / one[1]).exists()] == []


def test_commands_and_their_options_exist() -> None:
    lines = list(_found(_COMMAND))
    assert lines
    assert [one for one in lines if _unknown(one[1])] == []


def test_an_unknown_command_or_option_is_noticed() -> None:
    assert _unknown("schedule stop") == ["stop"]
    assert _unknown("gc --keep-last 3 --older") == ["--older"]


def test_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE)
    assert [one for one in _found(_TARGET) if one[1] not in targets] == []


def test_modules_that_python_runs_exist() -> None:
    missing = []
    for document, name in _found(_MODULE):
        module = ROOT.joinpath(*name.split("."))
        if not any(
            file.exists()
            for file in (module.with_suffix(".py"), module / "__main__.py")
        ):
            missing.append((document, name))
    assert missing == []
