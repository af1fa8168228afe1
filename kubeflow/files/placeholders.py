"""How a file of the configuration stands in a compiled pipeline.

A setting that names files holds one of four things there: `inline:` and their text,
`package:` and the path below the packages of the project, an address in an object
store, or a path of the container. A container makes paths of them again.
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
    """Changes what names files in a component's parameter, also in the JSON it holds.

    Args:
        value: what the parameter holds.
        replaced: gives what is to stand in the place of a string.
        key: under which the value stands.

    Returns:
        The value with the strings under `FILES` changed.
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
    """Makes a path of what stands for files.

    Args:
        text: one of the four things above.
        folder: where text and downloads are written.

    Returns:
        A path of this machine; what names no file of a container, as it is.

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
    """Finds a file of the project's packages.

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
            f"{name} is not in this image, which was built from other sources than "
            "the pipeline was compiled from; build the image again"
        )
    return str(file)
