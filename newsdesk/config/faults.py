"""Explains the faults of a configuration: where each is, and what is allowed."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from newsdesk.config.encoders import ENCODERS
from newsdesk.config.sections import Config
from newsdesk.config.sentences import sentence

_REMOVED = {
    "backoff_max_seconds": "was removed, because Argo did not use it as the longest "
    "pause, but ended all retries that many seconds after the first attempt began; "
    "delete it: timeout_minutes and retries limit the time of all attempts",
}
# Begins what pydantic adds to a location for a member of a union, or for a key.
_INTERNAL = ("literal[", "dict[", "[key]")


def explain(error: ValidationError, path: Path, typed: Mapping[str, str]) -> str:
    """Writes one line for each fault: where it is, its value, and what is allowed.

    Args:
        error: what pydantic found.
        path: the configuration file.
        typed: the values of --set as the user typed them, by key.

    Returns:
        The lines.
    """
    return "\n".join(
        dict.fromkeys(_line(fault, path, typed) for fault in _told(error.errors()))
    )


def _told(faults: Iterable[Any]) -> Iterator[Any]:
    """Leaves out faults of the members of a union that the user did not mean."""
    faults = list(faults)
    for fault in faults:
        base = _named(fault["loc"])
        is_of_union = any(str(part).startswith("literal[") for part in fault["loc"])
        others = (other for other in faults if other is not fault)
        deeper = any(
            len(_named(other["loc"])) > len(base)
            and _named(other["loc"])[: len(base)] == base
            for other in others
        )
        is_of_dict = fault["type"] == "dict_type" and str(fault["loc"][-1]).startswith(
            "dict["
        )
        if not (is_of_union and deeper) and not is_of_dict:
            yield fault


def _line(fault: Any, path: Path, typed: Mapping[str, str]) -> str:
    location = _named(fault["loc"])
    words = [part for part in location if isinstance(part, str)]
    entries = [part + 1 for part in location if isinstance(part, int)]
    message = _message(fault, words)
    key, value = ".".join(words), _value(fault)
    if fault["type"] == "union_tag_invalid":
        key = f"{key}.kind"
    if culprit := _culprit(fault, key, message, typed):
        inside = (
            [key.removeprefix(f"{culprit}.")] if key.startswith(f"{culprit}.") else []
        )
        inside += [f"entry {entry}" for entry in entries]
        source = f"--set {culprit}={typed[culprit]}"
        # The value of a whole key is in the source already.
        value = value if inside else ""
    else:
        inside = [key] if key else []
        inside += [f"entry {entry}" for entry in entries]
        source = str(path)
    if value:
        inside = [*inside[:-1], f"{inside[-1] if inside else ''} = {value}".lstrip()]
    return ": ".join(part for part in (source, ", ".join(inside), message) if part)


def _value(fault: Any) -> str:
    """The wrong value; "" if there is none, or if it is a whole section."""
    if fault["type"] == "union_tag_invalid":
        return _short(fault["ctx"]["tag"])
    is_named = fault["type"] in ("extra_forbidden", "missing") or not fault["loc"]
    is_section = fault["type"] == "value_error" and isinstance(fault["input"], dict)
    return "" if is_named or is_section else _short(fault["input"])


def _culprit(fault: Any, key: str, message: str, typed: Mapping[str, str]) -> str:
    """The key of the --set that is at fault; "" if none is."""
    for one in typed:
        if key == one or key.startswith(f"{one}."):
            return one
    below = [one for one in typed if not key or one.startswith(f"{key}.")]
    if fault["type"] == "extra_forbidden" or "[key]" in fault["loc"]:
        return next(iter(below), "")
    # A rule of a whole section names the keys that it compares.
    for one in below:
        last = one.rpartition(".")[2]
        if last in message or last.replace("_", " ").rstrip("s") in message:
            return one
    return ""


def _message(fault: Any, words: Sequence[str]) -> str:
    if fault["type"] == "extra_forbidden":
        return _unknown_key(words, fault["loc"])
    if fault["type"] == "union_tag_invalid":
        return f"must be one of {', '.join(repr(kind) for kind in ENCODERS)}"
    message = sentence(fault)
    if any(str(part).startswith("literal[") for part in fault["loc"]):
        message += ", or a section with a value for each name"
    return message


def _short(value: Any) -> str:
    text = repr(str(value) if isinstance(value, str) else value)
    return text if len(text) <= 80 else text[:77] + "..."


def _named(location: Sequence[str | int]) -> list[str | int]:
    """Removes from a location what pydantic adds for unions and keys."""
    return [
        part
        for index, part in enumerate(location)
        if not str(part).startswith(_INTERNAL)
        and not (index and location[index - 1] == "encoder" and part in ENCODERS)
    ]


def _unknown_key(location: Sequence[str], tagged: Sequence[str | int]) -> str:
    section: Any = Config
    for part in tagged[:-1]:
        if part in ENCODERS:
            section = ENCODERS[str(part)]
        elif get_origin(section) is dict:
            section = get_args(section)[1]
        else:
            section = _keys_of(section)[str(part)].annotation
    if location[-1] in _REMOVED:
        return _REMOVED[location[-1]]
    allowed = _keys_of(section)
    close = difflib.get_close_matches(location[-1], list(allowed), n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"unknown key; {hint}allowed: {', '.join(sorted(allowed))}"


def _keys_of(section: Any) -> Mapping[str, Any]:
    """The keys of a section, even if the section is optional."""
    for kind in (section, *get_args(section)):
        if hasattr(kind, "model_fields"):
            return dict(kind.model_fields)
    return {}
