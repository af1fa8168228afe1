"""Says in words which values a configuration key takes."""

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from newsdesk.config import sentences

_NAMES = {bool: "true or false", int: "whole number", float: "number", str: "text"}
# By the names of the functions that check texts.
_TEXTS = {
    "_resolve": "path",
    "_can_be_read": "path or `tfds:NAME`",
    "_can_be_pushed_to": "path or address",
    "_stripped": "name",
    "_is_a_file_name": "name of a file",
    "_stays_below": "pattern",
    "_is_a_zone": "time zone",
    "_is_cron": "cron expression",
    "_is_a_node": "id of a node",
    "_is_whole": "whole number",
}
_NONE = type(None)
_LIMITS = (
    (annotated_types.Ge, "ge", "at least"),
    (annotated_types.Gt, "gt", "above"),
    (annotated_types.Le, "le", "at most"),
    (annotated_types.Lt, "lt", "below"),
)
_KINDS = tuple(kind for kind, _, _ in _LIMITS)


def sections_in(kind: Any) -> Iterator[Any]:
    """Yields the sections that a type contains, in any depth."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in get_args(kind):
        yield from sections_in(part)


def describe(key: str, field: FieldInfo) -> str:
    """Describes the values of a key, with their limits.

    Args:
        key: the name of the key, without its section.
        field: the field of the model.

    Returns:
        Words such as "whole number, at least 1".
    """
    return _of(key, field.annotation, field.metadata)


def _of(key: str, kind: Any, metadata: Sequence[Any]) -> str:
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        if inner is not AwareDatetime:
            return _of(key, inner, [*_flat(more), *metadata])
    limits = _limits(metadata)
    words = _words(key, kind, metadata)
    return ", ".join([words, *limits]) if limits else words


def _flat(metadata: Sequence[Any]) -> Iterator[Any]:
    for one in metadata:
        yield from one.metadata if isinstance(one, FieldInfo) else [one]


def _words(key: str, kind: Any, metadata: Sequence[Any]) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        # Limits of the whole are named once, after the last part.
        rest = [one for one in metadata if not isinstance(one, _KINDS)]
        described = [_of(key, part, rest) for part in parts if part is not _NONE]
        return " or ".join(dict.fromkeys(described))
    if origin is Literal:
        return _listed([f"`{_shown(part)}`" for part in parts])
    if origin is list:
        return f"list of: {_of(key, parts[0], [])}"
    if origin is dict:
        return f"section: {_of('[key]', parts[0], [])} = {_of(key, parts[1], [])}"
    if next(sections_in(kind), None):
        return "section"
    return _of_plain(key, kind, metadata)


def _of_plain(key: str, kind: Any, metadata: Sequence[Any]) -> str:
    if any(getattr(one, "pattern", None) for one in metadata):
        form = sentences.form(key)
        return form.partition(": ")[0].removeprefix("must be ")
    for one in reversed(metadata):
        name = getattr(getattr(one, "func", None), "__name__", "")
        if name in _TEXTS:
            return _TEXTS[name]
    auto = "`auto` or " if any(_takes_auto(one) for one in metadata) else ""
    return auto + _NAMES.get(kind, "date and time")


def _takes_auto(one: Any) -> bool:
    return getattr(getattr(one, "func", None), "__name__", "") == "<lambda>"


def _limits(metadata: Sequence[Any]) -> Sequence[str]:
    found = [
        f"{words} {_number(getattr(one, name))}"
        for kind, name, words in _LIMITS
        for one in metadata
        if isinstance(one, kind)
    ]
    least = [one.min_length for one in metadata if hasattr(one, "min_length")]
    return found + [f"{number} or more entries" for number in least if number > 1]


def _number(limit: float) -> str:
    return f"{int(limit):,}" if limit == int(limit) else str(limit)


def _shown(value: Any) -> str:
    return "\\t" if value == "\t" else str(value).replace("|", "\\|")


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last
