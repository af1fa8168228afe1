"""The modules of ours that a module needs, read from its source.

Nothing is imported: an import of TensorFlow would take seconds.
"""

import ast
import functools
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

_OURS = frozenset(
    {"components", "kubeflow", "newsdesk", "pipeline", "schemas", "trainer"}
)


def closure(roots: Iterable[str]) -> dict[str, Path]:
    """Finds what modules import, and what those import.

    Imports within functions count. So does a string that is the name of a module,
    because `python -m` gets such strings; the name of a function does not.

    Args:
        roots: modules, or packages with all modules below them.

    Returns:
        The source file of every module of ours, by name, sorted; with the packages
        around them.

    Raises:
        ModuleNotFoundError: a root does not exist.
    """
    roots = list(roots)
    ours = _OURS | {root.split(".")[0] for root in roots}
    found: dict[str, Path] = {}
    waiting = [name for root in roots for name in modules_below(root)]
    while waiting:
        name = waiting.pop()
        file = None if name in found else _file(name)
        if file is None:
            continue
        found[name] = file
        package, _, _ = name.rpartition(".")
        imported = [one for one in _named(file.read_bytes()) if _top(one) in ours]
        waiting += [*imported, package] if package else imported
    return dict(sorted(found.items()))


def modules_below(package: str) -> dict[str, Path]:
    """Finds all modules of a package.

    Args:
        package: an importable name, also of a module.

    Returns:
        The source file of every module, by name, sorted.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    file = _file(package)
    if file is None:
        raise ModuleNotFoundError(f"no module named {package!r}")
    if file.name != "__init__.py":
        return {package: file}
    found = {}
    for source in sorted(file.parent.rglob("*.py")):
        parts = source.relative_to(file.parent).with_suffix("").parts
        name = ".".join((package, *parts)).removesuffix(".__init__")
        found[name] = source
    return dict(sorted(found.items()))


def _top(name: str) -> str:
    return name.partition(".")[0]


def _file(name: str) -> Path | None:
    """The source of a module; None if the name is that of something in a module."""
    # Of the outermost package only: Python imports the packages around a module to
    # find it.
    spec = importlib.util.find_spec(_top(name))
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin)
    if "." in name:
        path = path.parent.joinpath(*name.split(".")[1:])
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path if path.is_file() else None


# By content, because a file may change while a run is at work.
@functools.cache
def _named(source: bytes) -> frozenset[str]:
    return frozenset(_names(ast.parse(source)))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if "." in node.value and node.value.replace(".", "").isidentifier():
                yield node.value
