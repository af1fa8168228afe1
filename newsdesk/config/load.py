"""Reads a configuration from a TOML file and the overrides of --set."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsdesk.config.faults import explain
from newsdesk.config.paths import FromCommandLine
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
    typed = {}
    for override in overrides:
        key, separator, text = override.partition("=")
        key = key.strip()
        if not separator or not key:
            raise ConfigError(
                f"--set {override}: is not of the form section.key=value, "
                "for example --set train.epochs=3"
            )
        _put(values, key, typed_value(text.strip()))
        typed[key] = text.strip()
    try:
        return Config.model_validate(values, context={"folder": path.absolute().parent})
    except ValidationError as error:
        raise ConfigError(explain(error, path, typed)) from None


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
