"""Imports point one way, the command line stays light, and our names are ours."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# What the modules of a room may import of other rooms; the longest name decides.
ROOMS = {
    "newsdesk": "",
    "schemas": "",
    "components": "newsdesk",
    "trainer": "newsdesk",
    "pipeline": "newsdesk components",
    "pipeline.api": "newsdesk components trainer",
    "pipeline.commands": "newsdesk components trainer kubeflow",
    "pipeline.cli": "newsdesk",
    "kubeflow": "newsdesk components "
    "pipeline.beam pipeline.graph pipeline.interrupt pipeline.notify",
}
# The parts of each room, the lowest first. A part may import itself and the lines above
# its own line, and not its neighbours in the same line.
LAYERS = {
    "newsdesk": """
        atomic errors escaping features legacy_keras nodes signals str_enum unspaced
        explain in_order log_stream regular standby states stores_for_beam warm_up
        config
        evaluation identity inspection rows training tuning
        published report
        explaining
    """,
    "schemas": "",
    "components": """
        one_process packed_folder
        predicted_rows transform_passes
        baseline_model predictions schema_import schema_rules statistics_gen
        text_example_gen text_statistics transform tuner
        bulk_inferrer data_rules publisher tfma_rows
        tfma_files
        data_gate evaluator
        reporter
    """,
    "trainer": """
        custom_config pretrained
        tokenizers
        text
        hub
        counting data encoders preprocessing
        model optim
        export
        training
        launch process
        trial tuning
        tune
    """,
    "pipeline": """
        beam configs direct_multi machine sample terminal
        check doctor graph init interrupt
        local
        notify predict
        api evaluate explain
        serve
        commands
        cli
    """,
    "kubeflow": """
        files outcome
        intervals stopped_page
        parameters
        container
        compile
        cluster
        entrypoint notified worker
    """,
}


def _modules(repository: Path) -> Iterator[tuple[str, Path]]:
    """Name and file of every module that is in a package, tests aside."""
    for package in sorted(repository.glob("*/__init__.py")):
        if package.parent.name == "tests":
            continue
        for file in sorted(package.parent.rglob("*.py")):
            name = ".".join(file.relative_to(repository).with_suffix("").parts)
            yield name.removesuffix(".__init__"), file


def _imports(file: Path, modules: set[str]) -> Iterator[str]:
    """The modules of ours that a file imports, also inside of functions."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found = full if full in modules else node.module
                if found in modules:
                    yield found


def _is_inside(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def _part(module: str) -> str:
    return (module.split(".") + [""])[1]


def _level(module: str) -> int | None:
    """The line of a module's part in the layers of its room; None without one."""
    room = module.split(".")[0]
    if module == room:
        return 0
    for level, line in enumerate(LAYERS[room].strip().splitlines()):
        if _part(module) in line.split():
            return level
    return None


def _faults(repository: Path) -> list[str]:
    """What breaks the rules above, one sentence each."""
    files = dict(_modules(repository))
    faults = []
    for module, file in files.items():
        if module.split(".")[0] not in ROOMS:
            faults.append(f"{module}: its room is not in ROOMS")
            continue
        if _level(module) is None:
            faults.append(f"{module}: has no line in LAYERS")
            continue
        room = max((one for one in ROOMS if _is_inside(module, one)), key=len)
        for imported in _imports(file, set(files)):
            if imported.split(".")[0] == module.split(".")[0]:
                is_right = _points_down(module, imported)
            else:
                is_right = any(_is_inside(imported, one) for one in ROOMS[room].split())
            if not is_right:
                faults.append(f"{module} -> {imported}")
    return faults


def _points_down(module: str, imported: str) -> bool:
    """Whether an import within a room leads to a lower line, or stays in its part."""
    mine, its = _level(module), _level(imported)
    if _part(module) == _part(imported) or not _part(imported):
        return True
    # A room's __init__ runs before all of its modules.
    return mine is not None and its is not None and its < mine and bool(_part(module))


def _circle(repository: Path) -> list[str]:
    """Modules that import each other in a circle; empty if none do."""
    files = dict(_modules(repository))
    done: set[str] = set()

    def follow(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return []
        for imported in _imports(files[module], set(files)):
            if circle := follow(imported, [*path, module]):
                return circle
        done.add(module)
        return []

    return next((found for module in files if (found := follow(module, []))), [])


def test_imports_point_one_way(repository: Path) -> None:
    assert _faults(repository) == []


def test_no_modules_import_each_other_in_a_circle(repository: Path) -> None:
    assert _circle(repository) == []


def test_every_rule_is_about_something(repository: Path) -> None:
    modules = {name for name, _ in _modules(repository)}
    named = {f"{room}.{part}" for room in LAYERS for part in LAYERS[room].split()}
    named |= {*ROOMS, *" ".join(ROOMS.values()).split()}
    assert sorted(named - modules) == []


def test_the_page_about_rooms_has_the_same_layers(repository: Path) -> None:
    page = (repository / "docs" / "design" / "rooms.md").read_text()
    listed = {room: LAYERS[room].split() for room in LAYERS if LAYERS[room]}
    (block,) = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    assert block.split() == [word for room in listed for word in (room, *listed[room])]


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        ("newsdesk/odd.py", "", "newsdesk.odd: has no line in LAYERS"),
        ("attic/__init__.py", "", "attic: its room is not in ROOMS"),
        (
            "newsdesk/errors.py",
            "from newsdesk import config",
            "newsdesk.errors -> newsdesk.config",
        ),
        (
            "newsdesk/rows/lines.py",
            "def read():\n    from newsdesk.evaluation import decision",
            "newsdesk.rows.lines -> newsdesk.evaluation.decision",
        ),
        ("trainer/model.py", "import pipeline.beam", "trainer.model -> pipeline.beam"),
        (
            "pipeline/local/lock.py",
            "from kubeflow.files import fetch",
            "pipeline.local.lock -> kubeflow.files.fetch",
        ),
    ],
)
def test_a_wrong_module_is_found(
    tmp_path: Path, file: str, content: str, fault: str
) -> None:
    right = {
        "newsdesk/config/__init__.py": "from newsdesk.errors import reason",
        "newsdesk/errors.py": "",
        "newsdesk/evaluation/decision.py": "from newsdesk import config, errors",
        "newsdesk/rows/lines.py": "from newsdesk.config import Data",
        "trainer/model.py": "from newsdesk.rows import lines",
        "pipeline/beam.py": "import newsdesk.errors",
        "pipeline/local/lock.py": "from pipeline import beam",
        "pipeline/commands/compile.py": "from kubeflow.files import fetch",
        "kubeflow/files/fetch.py": "from pipeline.beam import beam_args",
    }
    for name, text in right.items():
        for path in (tmp_path / name.split("/")[0] / "__init__.py", tmp_path / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if path == tmp_path / name else "")
    assert _faults(tmp_path) == []
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content)
    assert _faults(tmp_path) == [fault]


def test_a_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "newsdesk").mkdir()
    for name, text in (("__init__", ""), ("a", "import newsdesk.b"), ("b", "")):
        (tmp_path / "newsdesk" / f"{name}.py").write_text(text)
    assert _circle(tmp_path) == []
    (tmp_path / "newsdesk" / "b.py").write_text("from newsdesk import a")
    assert set(_circle(tmp_path)) == {"newsdesk.a", "newsdesk.b"}


def _loaded(code: str, **more: str) -> set[str]:
    """Which modules a fresh Python has after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | more,
    )
    return set(done.stdout.split())


def test_the_graph_imports_no_tensorflow(repository: Path) -> None:
    tree = ast.parse((repository / "pipeline" / "graph.py").read_text())
    imported = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(one.name for one in node.names))
        if name
    }
    assert not [name for name in imported if _is_inside(name, "tensorflow")]


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = {"tensorflow", "tfx", "apache_beam", "pydantic", "numpy", "pandas"}
    assert heavy.isdisjoint(_loaded("pipeline.cli"))


def test_the_trainer_waits_for_its_process_without_tensorflow() -> None:
    loaded = _loaded("trainer.launch, trainer.process")
    assert {"tensorflow", "tf_keras", "tfx", "numpy"}.isdisjoint(loaded)


def test_an_encoder_is_inspected_without_tensorflow() -> None:
    loaded = _loaded("trainer.encoders.inspection")
    assert {"tensorflow", "tensorflow_hub", "tf_keras", "tfx"}.isdisjoint(loaded)


@pytest.mark.slow
def test_training_starts_without_tfx_and_beam() -> None:
    loaded = _loaded("trainer.training.train")
    assert {"tfx", "apache_beam", "keras"}.isdisjoint(loaded)


@pytest.mark.parametrize("room", [room for room in ROOMS if "." not in room])
def test_no_other_distribution_owns_our_names(room: str) -> None:
    owners = importlib.metadata.packages_distributions().get(room, [])
    assert set(owners) <= {"newsdesk"}
