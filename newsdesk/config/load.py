"""Reads a configuration from a TOML file and the overrides of --set."""

import difflib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from newsdesk.config.encoders import ENCODERS
from newsdesk.config.paths import FromCommandLine
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_REMOVED = {
    "backoff_max_seconds": "was removed, because Argo did not use it as the longest "
    "pause, but ended all retries that many seconds after the first attempt began; "
    "delete it: timeout_minutes and retries limit the time of all attempts",
}
# Removed keys that older runs wrote into their effective configuration by default.
_REMOVED_DEFAULTS = {"backoff_max_seconds": 3600}


def load(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Reads a configuration file, and applies `section.key=value` overrides.

    Args:
        path: a TOML file; paths in it are relative to its folder.
        overrides: `section.key=value` strings; a value that is not TOML is a string,
            and paths are relative to the working directory.

    Returns:
        The validated configuration, with absolute paths.

    Raises:
        ConfigError: names the file, the key, the value and what is allowed.
    """
    path = Path(path)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file; `newsdesk init DATA` writes one"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    _drop_removed_defaults(values.get("kubeflow"))
    typed = set()
    for override in overrides:
        key, separator, text = override.partition("=")
        key = key.strip()
        if not separator or not key:
            raise ConfigError(
                f"--set {override}: is not of the form section.key=value, "
                "for example --set train.epochs=3"
            )
        _put(values, key, typed_value(text.strip()))
        typed.add(key)
    try:
        return Config.model_validate(values, context={"folder": path.absolute().parent})
    except ValidationError as error:
        raise ConfigError(_explain(error, path, typed)) from None


def _drop_removed_defaults(section: object) -> None:
    if isinstance(section, dict):
        for key, value in list(section.items()):
            if _REMOVED_DEFAULTS.get(key) == value:
                del section[key]
            else:
                _drop_removed_defaults(value)


def typed_value(text: str) -> Any:
    """Parses the value of an override.

    Args:
        text: TOML, or any string.

    Returns:
        The value, or the text itself if it is not TOML. Strings are `FromCommandLine`,
        because paths in them are relative to the working directory.
    """
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    return FromCommandLine(value) if isinstance(value, str) else value


def _put(values: dict[str, Any], dotted: str, value: Any) -> None:
    *sections, key = dotted.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise ConfigError(f"--set {dotted}: {section} is a value, not a section")
    values[key] = value


def _explain(error: ValidationError, path: Path, typed: set[str]) -> str:
    """Writes one line for each fault: where it is, its value, and what is allowed."""
    lines = []
    for fault in error.errors():
        location = _named(fault["loc"])
        key = ".".join(location)
        source = f"--set {key}" if key in typed else f"{path}: {key}".rstrip(": ")
        message = fault["msg"].removeprefix("Value error, ")
        message = message[:1].lower() + message[1:]
        if fault["type"] == "extra_forbidden":
            message = _unknown_key(location, fault["loc"])
        elif fault["type"] == "missing":
            message = "is required, but missing"
        elif fault["type"] == "union_tag_invalid":
            allowed = ", ".join(repr(kind) for kind in ENCODERS)
            source += f".kind = {fault['ctx']['tag']!r}"
            message = f"must be one of {allowed}"
        elif location:
            source += f" = {_short(fault['input'])}"
        lines.append(f"{source}: {message}")
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = repr(str(value) if isinstance(value, str) else value)
    return text if len(text) <= 80 else text[:77] + "..."


def _named(location: Sequence[str | int]) -> list[str]:
    """Removes from a location the kind that pydantic adds for a union."""
    return [
        str(part)
        for index, part in enumerate(location)
        if not (index and location[index - 1] == "encoder" and part in ENCODERS)
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
