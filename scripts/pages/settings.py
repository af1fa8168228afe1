"""Writes the tables of all configuration keys, from the models of the sections."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from newsdesk.config.encoders import ENCODERS
from newsdesk.config.section import Section
from newsdesk.config.sections import Config
from pages import values

_HEAD = "| key | values | default | meaning |\n|---|---|---|---|"


class Key(NamedTuple):
    """One configuration key.

    Attributes:
        name: the key with its section, such as `train.epochs`.
        values: which values it takes, in words.
        default: its default as in a file, "required", or "" for none.
        meaning: one sentence; "" if the model has none.
    """

    name: str
    values: str
    default: str
    meaning: str


class Table(NamedTuple):
    """The keys of one section.

    Attributes:
        title: the name of the section.
        about: what the section is for.
        keys: its keys, in the order of the model.
    """

    title: str
    about: str
    keys: list[Key]


def tables() -> Iterator[Table]:
    """Yields a table for every section of the configuration, outer ones first."""
    yield _table("", Config)
    seen: set[type[Section]] = set()
    for name, field in Config.model_fields.items():
        yield from _below(name, field.annotation, seen)


def markdown() -> str:
    """Writes all tables, each below a heading with the name of its section."""
    return "\n\n".join(
        f"### {table.title}\n\n{table.about}\n\n{_HEAD}\n"
        + "\n".join(
            f"| `{key.name}` | {key.values} | {key.default} | {key.meaning} |"
            for key in table.keys
        )
        for table in tables()
    )


def _below(name: str, kind: Any, seen: set[type[Section]]) -> Iterator[Table]:
    for section in values.sections_in(kind):
        # kubeflow.nodes.NAME has the keys of kubeflow.defaults.
        if section in seen:
            continue
        seen.add(section)
        kinds = [kind for kind, one in ENCODERS.items() if one is section]
        yield _table(name, section, f' with kind = "{kinds[0]}"' if kinds else "")
        for key, field in section.model_fields.items():
            is_dict = str(field.annotation).startswith("dict")
            below = f"{name}.{key}.NAME" if is_dict else f"{name}.{key}"
            yield from _below(below, field.annotation, seen)


def _table(name: str, section: type[Section], kind: str = "") -> Table:
    sentences = _sentences(section)
    keys = [
        Key(
            f"{name}.{key}" if name else key,
            values.describe(key, field),
            _default(section, key, field),
            sentences.get(key, "").replace("|", "\\|"),
        )
        for key, field in section.model_fields.items()
    ]
    title = f"`[{name}]`{kind}" if name else "The file"
    return Table(title, inspect.cleandoc(section.__doc__ or ""), keys)


def _default(section: type[Section], key: str, field: Any) -> str:
    if field.is_required():
        return "required"
    default = field.default
    if default is None:
        # Where TOML needs a word for None, the values or the section name it.
        has_auto = "`auto`" in values.describe(key, field)
        is_rule = section.__name__ == "Gate"
        return "`auto`" if has_auto else '`"off"`' if is_rule else ""
    if isinstance(default, Section) or default in ([], {}):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


def _sentences(section: type[Section]) -> Mapping[str, str]:
    """Reads the text below each field of a section's source."""
    source = textwrap.dedent(inspect.getsource(section))
    body = ast.parse(source).body[0].body  # type: ignore[attr-defined]
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in zip(body, body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
