"""Reads from the syntax which texts an expression can have.

A text that has only placeholders says nothing. Then the functions, variables and
arguments behind the placeholders are read as well.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence

from pages.sources import Function, Module, Sources, name_of

# So many words make a text that says something.
_ENOUGH = 3
_DEEPEST, _MOST = 4, 60
_PLACE = re.compile(r"\{[^}]*\}")


def texts(
    sources: Sources, module: Module, node: ast.expr, depth: int = 0
) -> list[str]:
    """Lists the texts that an expression can have.

    Args:
        sources: where functions are looked up.
        module: where the expression is.
        node: the expression.
        depth: how many functions and variables led here.

    Returns:
        Texts, in which what is known only in a run is a placeholder such as `{file}`.
    """
    if depth > _DEEPEST:
        return ["{...}"]
    found = list(_of(sources, module, node, depth, False))
    if not any(says_something(text) for text in found):
        found = list(_of(sources, module, node, depth, True))
    return list(dict.fromkeys(found))[:_MOST]


def says_something(text: str) -> bool:
    """Decides whether a text has words besides its placeholders."""
    return len(re.findall(r"[A-Za-z]{2,}", _PLACE.sub(" ", text))) >= _ENOUGH


def _of(
    sources: Sources, module: Module, node: ast.expr, depth: int, is_deep: bool
) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield node.value if isinstance(node.value, str) else ""
    elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
        parts = [
            texts(sources, module, part, depth + 1)
            if is_deep or _is_text(module, part)
            else [_place(part)]
            for part in _parts(node)
        ]
        yield from ("".join(one) for one in itertools.product(*parts))
    elif isinstance(node, ast.IfExp):
        for part in (node.body, node.orelse):
            yield from texts(sources, module, part, depth + 1)
    elif isinstance(node, ast.BoolOp):
        for part in node.values:
            yield from texts(sources, module, part, depth + 1)
    elif is_deep or _is_text(module, node):
        yield from _behind(sources, module, node, depth) or [_place(node)]
    else:
        yield _place(node)


def _is_text(module: Module, node: ast.expr) -> bool:
    """Decides whether an expression is a text, or the name of a constant that is."""
    value = module.constants.get(name_of(node), node)
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str)
    return isinstance(value, (ast.IfExp, ast.JoinedStr))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield part.value if isinstance(part, ast.FormattedValue) else part
    elif isinstance(node, ast.BinOp):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _behind(
    sources: Sources, module: Module, node: ast.expr, depth: int
) -> Sequence[str]:
    """Lists the texts that a call or a name stands for."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            return texts(sources, module, node.func.value, depth + 1)
        return [
            text
            for where, function in sources.functions(node.func, module)
            for returned in _returned(function)
            for text in texts(sources, where, returned, depth + 1)
            if says_something(text)
        ]
    if not isinstance(node, ast.Name):
        return []
    name = node.id
    if name in module.constants:
        return texts(sources, module, module.constants[name], depth + 1)
    around = module.function_around(node)
    if not around:
        return []
    return [
        text
        for where, value in _given(sources, module, around, name)
        for text in texts(sources, where, value, depth + 1)
        if says_something(text)
    ]


def _returned(function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, (ast.Return, ast.Yield)) and node.value:
            yield node.value


def _given(
    sources: Sources, module: Module, function: Function, name: str
) -> Iterator[tuple[Module, ast.expr]]:
    """Yields what a variable is set to, and the arguments that a parameter gets."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and name in map(name_of, node.targets):
            yield module, node.value
        elif isinstance(node, ast.NamedExpr) and node.target.id == name:
            yield module, node.value
    names = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
    if name in names:
        for where, call in sources.calls(function.name, module):
            by_name = {one.arg: one.value for one in call.keywords}
            place = names.index(name)
            if name in by_name:
                yield where, by_name[name]
            elif place < len(call.args):
                yield where, call.args[place]


def _place(node: ast.expr) -> str:
    """Writes a placeholder that a reader can guess."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "join" and node.args:
            return _place(node.args[0])
    if isinstance(node, ast.Call) and name_of(node.func) in ("repr", "str", "sorted"):
        return _place(node.args[0]) if node.args else "{...}"
    name = name_of(node).strip("_")
    return f"{{{name}}}" if name else "{...}"
