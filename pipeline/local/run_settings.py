"""Reads the configuration that a past run used."""

from pathlib import Path
from typing import Any

import tomlkit

from newsdesk import regular
from newsdesk.errors import ModelError
from pipeline.local.history import CONFIG

# A larger file cannot be a configuration.
_MOST_BYTES = 16 << 20


def read(folder: Path) -> dict[str, Any]:
    """Reads the effective configuration of a run.

    Args:
        folder: the folder of the run.

    Returns:
        The sections; empty if the file cannot be read.
    """
    try:
        text = regular.read(folder / CONFIG, _MOST_BYTES).decode()
        return dict(tomlkit.parse(text).unwrap())
    except (OSError, ValueError, ModelError):
        return {}


def shareable(values: dict[str, Any]) -> dict[str, Any]:
    """Hides the address of the webhook, which is a secret.

    Args:
        values: the sections of a configuration.

    Returns:
        The sections; an address in an environment variable stays, because only the
        name of the variable is in the configuration.
    """
    notify = values.get("output", {}).get("notify")
    if not notify or str(notify.get("url", "")).startswith("env:"):
        return values
    hidden = {**notify, "url": "(hidden)"}
    return {**values, "output": {**values["output"], "notify": hidden}}
