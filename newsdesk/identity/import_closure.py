"""Finds the modules of this project that a module imports.

It reads sources and imports nothing, because importing TensorFlow takes seconds.
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
    """Finds the modules that modules import, directly and indirectly.

    Imports inside functions count. So does a string that is the dotted name of a
    module, because such strings go to `python -m`. The dotted name of a function does
    not.

    Args:
        roots: modules, or packages with all modules below them.

    Returns:
        The source file of every module of this project, by name, sorted, including
        the packages around them.

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
        imported = [other for other in _named(file.read_bytes()) if _top(other) in ours]
        waiting += [*imported, package] if package else imported
    return dict(sorted(found.items()))


def modules_below(package: str) -> dict[str, Path]:
    """Finds all modules of a package.

    Args:
        package: the importable name of a package or module.

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
    """Finds the source of a module; None if the name is not that of a module."""
    # Only of the outermost package, because find_spec imports the packages around a
    # module.
    spec = importlib.util.find_spec(_top(name))
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin)
    if "." in name:
        path = path.parent.joinpath(*name.split(".")[1:])
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path if path.is_file() else None


# Cached by content, because a file may change during a run.
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
