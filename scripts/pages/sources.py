"""Finds functions, values and classes in the sources, by their syntax."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Union

PACKAGES = ("components", "kubeflow", "newsdesk", "pipeline", "trainer")
Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Module:
    """One source file.

    Attributes:
        path: relative to the root of the clone.
        tree: its syntax.
        functions: all functions and methods, by name.
        calls: all calls, by the last name of what is called.
        constants: the values of names of the module.
        bases: the names of the first bases of classes, by the class.
        imports: what imported names stand for, as dotted names.
    """

    def __init__(self, root: Path, file: Path) -> None:
        self.path = str(file.relative_to(root))
        self.tree = ast.parse(file.read_text(encoding="utf-8"))
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.calls: dict[str, list[ast.Call]] = defaultdict(list)
        self.constants: dict[str, ast.expr] = {}
        self.bases: dict[str, str] = {}
        self.imports: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name].append(node)
            elif isinstance(node, ast.Call):
                self.calls[name_of(node.func)].append(node)
            elif isinstance(node, ast.ClassDef) and node.bases:
                self.bases[node.name] = name_of(node.bases[0])
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    name = one.asname or one.name
                    self.imports[name] = f"{node.module}.{one.name}"
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.constants[node.targets[0].id] = node.value

    def function_around(self, node: ast.AST) -> "Function | None":
        """Finds the innermost function that contains a node."""
        line = getattr(node, "lineno", 0)
        around = [
            one
            for several in self.functions.values()
            for one in several
            if one.lineno <= line <= (one.end_lineno or 0)
        ]
        return max(around, key=lambda one: one.lineno, default=None)


class Sources:
    """All modules of the project.

    Args:
        root: the root of the clone.
        packages: the folders to read.
    """

    def __init__(self, root: Path, packages: Sequence[str] = PACKAGES) -> None:
        self.modules = [
            Module(root, file)
            for package in packages
            for file in sorted((root / package).rglob("*.py"))
        ]
        self._by_path = {module.path: module for module in self.modules}

    def functions(
        self, called: ast.expr, near: Module
    ) -> Iterator[tuple[Module, Function]]:
        """Yields the functions that a call can mean, here or in an imported module."""
        name = name_of(called)
        where = near
        if isinstance(called, ast.Attribute) and name_of(called.value) in near.imports:
            where = self._module(near.imports[name_of(called.value)]) or near
        elif isinstance(called, ast.Name) and name in near.imports:
            where = self._module(near.imports[name].rpartition(".")[0]) or near
        own = [(where, one) for one in where.functions.get(name, ())]
        others = [
            (module, one)
            for module in self.modules
            for one in module.functions.get(name, ())
        ]
        yield from own or (others if len(others) == 1 else [])

    def _module(self, dotted: str) -> "Module | None":
        path = dotted.replace(".", "/")
        return self._by_path.get(f"{path}.py") or self._by_path.get(
            f"{path}/__init__.py"
        )

    def calls(self, name: str, near: Module) -> Iterator[tuple[Module, ast.Call]]:
        """Yields the calls of a function: those in a module, or in all others."""
        own = [(near, one) for one in near.calls.get(name, ())]
        is_only = sum(name in module.functions for module in self.modules) == 1
        others = (
            (module, one)
            for module in self.modules
            for one in module.calls.get(name, ())
            if is_only
        )
        yield from own or others

    def subclasses(self, base: str) -> dict[str, str]:
        """Finds the classes below a class, each with the name of its own base."""
        bases = {
            name: above
            for module in self.modules
            for name, above in module.bases.items()
        }
        found = {base: ""}
        before = 0
        while len(found) > before:
            before = len(found)
            found.update({k: v for k, v in bases.items() if v in found})
        return found


def name_of(node: ast.AST) -> str:
    """Gives the last name of a dotted name; "" for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
