"""Recognizes JSON files that do not have one object per line.

In every other form, all rows are bad for the same reason, and jq can rewrite the file.
"""

import json
import re
from typing import Any, NamedTuple

from newsdesk.rows.commands import piped
from newsdesk.rows.dialect import HEAD, head

_RECORDS = 200
# A character has at most four bytes.
_LONG = HEAD // 5
_PLAIN = r'"[^"]*"\s*:\s*("[^"\s]*"|[-\w.]+)\s*,\s*'
_KEY = re.compile(r"[\w. -]+")
_LIST_INSIDE = re.compile(rf'\{{\s*({_PLAIN})*"(?P<key>{_KEY.pattern})"\s*:\s*\[\s*\{{')
_COLUMNS = re.compile(r'\{\s*"[^"]*"\s*:\s*\{\s*"0"\s*:')
_OF_CELLS = "{text: .[0], label: .[1]}"


class _Form(NamedTuple):
    """The form of a file, and the command that converts it to JSON Lines."""

    what: str
    command: str


_ARRAY = _Form("is a JSON array", "jq -c '.[]'")
_ARRAYS = _Form(
    "has a JSON array per row, which does not name the columns",
    f"jq -c '{_OF_CELLS}'",
)
_ARRAY_OF_ARRAYS = _Form(
    "is a JSON array of arrays, which do not name the columns",
    f"jq -c '.[] | {_OF_CELLS}'",
)
_OVER_LINES = _Form("writes each JSON object over several lines", "jq -c '.'")
_ON_ONE_LINE = _Form("writes several JSON objects on one line", "jq -c '.'")
_COMMAS = _Form(
    "separates its JSON objects by commas",
    "sed '1s/^/[/; $s/,*[[:space:]]*$/]/' | jq -c '.[]'",
)
_OF_COLUMNS = _Form(
    "is one JSON object with an object per column, as pandas' to_json writes it",
    "jq -c '. as $all | .[keys_unsorted[0]] | keys_unsorted[] as $row | $all | "
    "map_values(.[$row])'",
)
_OF_LISTS = _Form(
    "is one JSON object with a list per column",
    "jq -c '. as $all | range(.[keys_unsorted[0]] | length) as $row | $all | "
    "map_values(.[$row])'",
)
_SPLIT = _Form(
    "is one JSON object with columns and data, as pandas writes it with orient=split",
    "jq -c '.columns as $names | .data[] | [$names, .] | transpose | "
    "map({(.[0]): .[1]}) | add'",
)


def explain_json(file: str, encoding: str = "auto") -> str:
    """Explains what a JSON file is if it does not have one object per line.

    Args:
        file: a local path, plain, gzip or Zstandard.
        encoding: a value of `data.encoding`.

    Returns:
        What the file is and what to do; "" if most lines have one object, or if the
        first object cannot be parsed.

    Raises:
        DataError: the file cannot be read.
    """
    form = _form(head(file, encoding).strip())
    if form is None:
        return ""
    return (
        f"{file}: {form.what}, but JSON Lines has one object per line; convert it: "
        f"{piped(file, form.command, 'jsonl')}"
    )


def _form(text: str) -> _Form | None:
    lines = [line for line in text.split("\n") if line.strip()][:_RECORDS]
    values = list(map(_value, lines))
    # Most lines decide, because the first row may be broken.
    if sum(isinstance(value, dict) for value in values) > len(lines) / 2:
        return _of_object(values[0]) if len(lines) == 1 else None
    if text.startswith("["):
        return _of_array(text, values)
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return _of_beginning(text)
    if not isinstance(value, dict):
        return None
    rest = text[end:]
    if rest.lstrip().startswith(","):
        return _COMMAS
    if "\n" not in text[:end]:
        return _ON_ONE_LINE if rest.lstrip(" \t").startswith("{") else None
    return (None if rest.strip() else _of_object(value)) or _OVER_LINES


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _of_array(text: str, values: list[Any]) -> _Form:
    arrays = sum(isinstance(value, list) for value in values)
    if len(values) > 1 and arrays > len(values) / 2:
        return _ARRAYS
    return _ARRAY_OF_ARRAYS if text[1:].lstrip().startswith("[") else _ARRAY


def _of_object(value: Any) -> _Form | None:
    """Returns the form of a file with one object; None if the object is a row."""
    columns = list(value.values()) if isinstance(value, dict) else []
    if {"columns", "data"} <= set(value) and isinstance(value["data"], list):
        return _SPLIT
    if len(columns) < 2:
        pass
    elif all(isinstance(cells, dict) and len(cells) > 1 for cells in columns):
        return _OF_COLUMNS if len({tuple(cells) for cells in columns}) == 1 else None
    elif all(isinstance(cells, list) and len(cells) > 1 for cells in columns):
        return _OF_LISTS if len({len(cells) for cells in columns}) == 1 else None
    lists = [key for key, cells in value.items() if _is_list_of_objects(cells)]
    # If the object has a text besides the list, it is a row.
    texts = [cells for cells in columns if isinstance(cells, str) and " " in cells]
    if len(lists) != 1 or texts or not _KEY.fullmatch(lists[0]):
        return None
    return _inside(lists[0])


def _is_list_of_objects(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(item, dict) for item in value)
    )


def _of_beginning(text: str) -> _Form | None:
    """Returns the form of a file with one object that was not read to its end."""
    if len(text) < _LONG:
        return None
    if _COLUMNS.match(text):
        return _OF_COLUMNS
    found = _LIST_INSIDE.match(text)
    return _inside(found["key"]) if found else None


def _inside(key: str) -> _Form:
    return _Form(
        f"is one JSON object with the rows in {key!r}", f"jq -c '.[\"{key}\"][]'"
    )
