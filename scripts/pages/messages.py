"""Collects every error message of the project, with what to do about it."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from newsdesk import errors
from newsdesk.config import sentences
from pages.listed import LIST
from pages.sources import Module, Sources, name_of
from pages.templates import says_something, texts

ROOT = Path(__file__).parents[2]
# Faults of a configuration: pydantic collects them, and `load` prints them.
_CONFIG = "newsdesk/config/"
_ROWS = "newsdesk/rows/"
# Errors that are no NewsdeskError, but become the text of one.
_OTHERS = {"BadParameter": 2, "Unreadable": 1}
# Reasons of rows in the quarantine do not end a command, and get this code.
QUARANTINE = 0
NOT_GOOD_ENOUGH = 3
# Names of the variables in which readers and rules collect their sentences.
_REASONS = ("fault", "reason")
_REFUSALS = "refusals"
# Functions that take the reason of a bad row, or of a gate, as an argument.
_ARGUMENTS = {"BadRow": (2, QUARANTINE), "_at_most": (4, 4), "_at_least": (4, 4)}


class Message(NamedTuple):
    """One error message.

    Attributes:
        path: the module that writes it.
        code: the exit code of the command.
        text: with placeholders.
    """

    path: str
    code: int
    text: str


class Found(NamedTuple):
    """An expression that becomes an error message.

    Attributes:
        module: where it is.
        code: the exit code of the command.
        values: the expressions, of which some are texts.
    """

    module: Module
    code: int
    values: list[ast.expr]


@cache
def collect(root: Path = ROOT) -> list[Message]:
    """Reads the messages from the sources.

    Args:
        root: the root of the clone.

    Returns:
        Every text that an expected error can have, in the order of the files.
    """
    sources = _sources(root)
    found = [
        Message(one.module.path, one.code, text)
        for one in _found(sources)
        for text in _texts(sources, one)
    ]
    path = f"{_CONFIG}sentences.py"
    more = {*sentences.SENTENCES.values(), *sentences.FORMS.values()}
    found += [Message(path, 2, text) for text in sorted(more)]
    found += [Message(one["path"], one["code"], one["text"]) for one in LIST["more"]]
    return list(dict.fromkeys(found))


def unread(root: Path = ROOT) -> list[str]:
    """Lists the errors whose text cannot be read from the sources.

    Args:
        root: the root of the clone.

    Returns:
        Module and expression of each.
    """
    sources = _sources(root)
    return [
        f"{one.module.path}: {ast.unparse(one.values[-1])}"
        for one in _found(sources)
        if not _texts(sources, one)
    ]


@cache
def _sources(root: Path) -> Sources:
    return Sources(root)


def _found(sources: Sources) -> Iterator[Found]:
    kinds = sources.subclasses("NewsdeskError")
    for module in sources.modules:
        is_config = module.path.startswith(_CONFIG)
        for name, calls in module.calls.items():
            code = _OTHERS.get(name)
            if name in kinds:
                code = _code(name, kinds)
            elif name == "ValueError" and is_config:
                code = 2
            if code is not None:
                yield from (Found(module, code, one.args) for one in calls if one.args)
        yield from _collected(module)


def _collected(module: Module) -> Iterator[Found]:
    """Yields the reasons of bad rows, and those for which a model is refused."""
    for name, (place, code) in _ARGUMENTS.items():
        for call in module.calls.get(name, ()):
            yield from (Found(module, code, [one]) for one in call.args[place:][:1])
    is_reader = module.path.startswith(_ROWS)
    for call in module.calls.get("append", ()):
        if isinstance(call.func, ast.Attribute):
            if name_of(call.func.value) == _REFUSALS:
                yield Found(module, NOT_GOOD_ENOUGH, call.args)
    for node in ast.walk(module.tree) if is_reader else ():
        if isinstance(node, ast.Assign) and name_of(node.targets[0]) in _REASONS:
            if isinstance(node.value, (ast.Constant, ast.JoinedStr, ast.Call)):
                yield Found(module, QUARANTINE, [node.value])


def _texts(sources: Sources, found: Found) -> list[str]:
    # RunFailed has its exit code before the sentence.
    return [
        " ".join(text.split())
        for value in found.values
        for text in texts(sources, found.module, value)
        if says_something(text)
    ]


def _code(name: str, kinds: Mapping[str, str]) -> int:
    while not hasattr(errors, name):
        name = kinds[name]
    return int(getattr(errors, name).exit_code)
