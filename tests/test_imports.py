"""Imports point one way, the command line stays light, and our names are ours."""

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("pipeline", "components", "trainer", "schemas", "kubeflow")
BASE = {
    "pipeline.atomic",
    "pipeline.cluster_config",
    "pipeline.config",
    "pipeline.cron",
    "pipeline.encoder_config",
    "pipeline.errors",
    "pipeline.evaluated",
    "pipeline.evaluation",
    "pipeline.features",
    "pipeline.fingerprint",
    "pipeline.import_closure",
    "pipeline.inputs",
    "pipeline.kubernetes_names",
    "pipeline.legacy_keras",
    "pipeline.nodes",
    "pipeline.numeric_labels",
    "pipeline.paths",
    "pipeline.published",
    "pipeline.section",
    "pipeline.signals",
    "pipeline.str_enum",
}
# What a module may import of ours, besides the base and its own room.
ALLOWED = {
    "components": set(),
    "trainer": set(),
    "pipeline.atomic": set(),
    "pipeline.cluster_config": set(),
    "pipeline.config": set(),
    "pipeline.encoder_config": set(),
    "pipeline.cron": set(),
    "pipeline.errors": set(),
    "pipeline.features": set(),
    "pipeline.published": set(),
    "pipeline.kubernetes_names": set(),
    "pipeline.legacy_keras": set(),
    "pipeline.nodes": set(),
    "pipeline.numeric_labels": set(),
    "pipeline.paths": set(),
    "pipeline.section": set(),
    "pipeline.signals": set(),
    "pipeline.str_enum": set(),
    "pipeline.beam": set(),
    "pipeline.evaluated": set(),
    "pipeline.evaluation": set(),
    "pipeline.fingerprint": set(),
    "pipeline.import_closure": set(),
    "pipeline.inputs": set(),
    "pipeline.graph": {
        "components",
        "pipeline.beam",
    },
}


def _modules(repository: Path) -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for file in sorted((repository / room).rglob("*.py")):
            name = ".".join(file.relative_to(repository).with_suffix("").parts)
            yield name.removesuffix(".__init__"), file


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_inside(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def test_imports_point_one_way(repository: Path) -> None:
    wrong = []
    for module, file in _modules(repository):
        rules = [rule for rule in ALLOWED if _is_inside(module, {rule})]
        if not rules:
            continue
        rule = max(rules, key=len)
        allowed = BASE | ALLOWED[rule] | {rule}
        wrong += [
            f"{module} -> {imported}"
            for imported in _imports(file)
            if imported.split(".")[0] in ROOMS
            and imported not in ROOMS
            and not _is_inside(imported, allowed)
        ]
    assert wrong == []


def test_the_graph_names_the_trainer_only_by_dotted_strings(repository: Path) -> None:
    imported = set(_imports(repository / "pipeline" / "graph.py"))
    assert not any(_is_inside(one, {"trainer", "tensorflow"}) for one in imported)


def test_the_command_line_imports_nothing_heavy() -> None:
    code = "import sys, pipeline.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"tensorflow", "tfx", "apache_beam", "pydantic", "numpy", "pandas"}
    assert heavy.isdisjoint(loaded)


def test_the_trainer_waits_for_its_process_without_tensorflow() -> None:
    code = "import sys, trainer.launch, trainer.process; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"tensorflow", "tf_keras", "tfx", "numpy"}.isdisjoint(loaded)


def test_an_encoder_is_inspected_without_tensorflow() -> None:
    code = "import sys, trainer.encoders.inspection; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"tensorflow", "tensorflow_hub", "tf_keras", "tfx"}.isdisjoint(loaded)


@pytest.mark.slow
def test_training_starts_without_tfx_and_beam() -> None:
    code = "import sys, trainer.train; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"tfx", "apache_beam", "keras"}.isdisjoint(loaded)


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_distribution_owns_our_names(room: str) -> None:
    owners = importlib.metadata.packages_distributions().get(room, [])
    assert set(owners) <= {"newsdesk"}


def test_every_package_is_listed_in_the_build(repository: Path) -> None:
    build = (repository / "pyproject.toml").read_text()
    packages = {
        name for name, file in _modules(repository) if file.name == "__init__.py"
    }
    assert [name for name in sorted(packages) if f'"{name}"' not in build] == []
