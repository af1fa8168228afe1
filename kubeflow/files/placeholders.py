"""Replaces files of the configuration by placeholders in a compiled pipeline.

In a compiled pipeline, a setting that names a file has one of four values: `inline:`
and the text of the file, `package:` and its path in the packages of the project, an
address in an object store, or a path in the container. The container converts all of
them to paths.
"""

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from kubeflow.files import fetch
from newsdesk.errors import ConfigError

INLINE, PACKAGE = "inline:", "package:"
# The keys of the configuration that name files of the pipeline.
FILES = frozenset({"path", "preprocess", "schema_file", "vocabulary"})


def change(value: Any, replaced: Callable[[str], str], key: str = "") -> Any:
    """Replaces the strings that name files in a parameter, also in JSON inside it.

    Args:
        value: the value of the parameter.
        replaced: gives the replacement of a string.
        key: the key of the value.

    Returns:
        The value; strings with a key in `FILES` are replaced.
    """
    if isinstance(value, dict):
        return {name: change(item, replaced, name) for name, item in value.items()}
    if not isinstance(value, str):
        return value
    if value.startswith("{"):
        try:
            inner = json.loads(value)
        except ValueError:
            return value
        changed = change(inner, replaced)
        return value if changed == inner else json.dumps(changed, sort_keys=True)
    return replaced(value) if key in FILES else value


def to_file(text: str, folder: Path) -> str:
    """Converts a placeholder to the path of a file.

    Args:
        text: a placeholder.
        folder: the folder for inline text and downloads.

    Returns:
        A path of this machine; other strings are returned unchanged.

    Raises:
        ConfigError: the package or the object store has no such file.
    """
    if text.startswith(INLINE):
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"inline-{len(list(folder.iterdir()))}"
        file.write_text(text.removeprefix(INLINE), encoding="utf-8")
        return str(file)
    if text.startswith(PACKAGE):
        return packaged(text)
    if fetch.is_address(text):
        return fetch.everything(text, folder)
    return text


def packaged(text: str) -> str:
    """Finds a file in the project's packages.

    Args:
        text: `package:` and the path of the file, which begins with its package.

    Returns:
        A path of this machine.

    Raises:
        ConfigError: the package has no such file.
    """
    name = text.removeprefix(PACKAGE)
    package, _, rest = name.partition("/")
    file = Path(str(resources.files(package))) / rest
    if not file.exists():
        raise ConfigError(
            f"{name} is not in this image, because image and compiled pipeline come "
            "from different sources; build the image again"
        )
    return str(file)
