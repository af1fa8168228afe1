"""Decides how the files of a configuration get into the containers of a cluster."""

from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

from kubeflow.files import fetch
from kubeflow.files.placeholders import INLINE, PACKAGE
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

# Packages of the image that contain files which configurations name.
_PACKAGES = ("pipeline", "schemas")
# The largest file inside a compiled pipeline, which must stay below 200 KB as a whole.
_CARRIED_BYTES = 32_768


def sent(config: Config) -> Callable[[str], str]:
    """Decides how each file of a configuration gets into the containers.

    Args:
        config: the whole configuration, with absolute paths.

    Returns:
        A function from a path of this machine to its placeholder in the compiled
        pipeline (see `kubeflow.files.placeholders`); other strings stay as they are.

    Raises:
        ConfigError: a file cannot get into a container.
    """
    replaced = {config.data.path: _sent(config, "data.path", config.data.path)}
    if config.score:
        replaced[config.score.path] = _sent(config, "score.path", config.score.path)
    small = {"data.schema_file": config.data.schema_file}
    if config.text.vocabulary:
        small["text.vocabulary"] = config.text.vocabulary
    for key, path in small.items():
        replaced[path] = _sent(config, key, path, carry=True)
    for key, path in config.model.encoder.places.items():
        replaced[path] = _sent(config, key, path)
    return lambda text: replaced.get(text, text)


def must_outlive_containers(config: Config, key: str, folder: str) -> None:
    """Refuses a folder that would be lost with the container that writes to it.

    Args:
        config: the whole configuration.
        key: the key that names the folder, for the message.
        folder: its path or address.

    Raises:
        ConfigError: the folder is neither in an object store nor in a volume.
    """
    if not fetch.is_address(folder) and not _is_in_volume(config, folder):
        raise ConfigError(
            f"{key}: {folder} would be lost with the container that writes to it; use "
            "an address in an object store (gs://, s3://), or a folder in one of "
            "kubeflow.volumes"
        )


def must_be_in_a_volume(config: Config, key: str, files: Iterable[str]) -> None:
    """Refuses files that must not be copied into an image, a store or a pipeline.

    Args:
        config: the whole configuration.
        key: the key that names the files, for the message.
        files: their paths.

    Raises:
        ConfigError: one of them is not in a volume.
    """
    for file in files:
        if not _is_in_volume(config, file):
            raise ConfigError(
                f"{key}: {file} is not in one of kubeflow.volumes, from which alone "
                "containers may read private keys; move it there, or remove push.sign"
            )


def _sent(config: Config, key: str, path: str, carry: bool = False) -> str:
    if "://" in path or path.startswith("tfds:"):
        return path
    for local, address in sorted(config.kubeflow.addresses.items(), reverse=True):
        if path == local or path.startswith(local + "/"):
            return address.rstrip("/") + path.removeprefix(local)
    if _is_in_volume(config, path):
        return path
    for package in _PACKAGES:
        folder = str(resources.files(package))
        if path.startswith(folder + "/") and Path(path).is_file():
            return f"{PACKAGE}{package}{path.removeprefix(folder)}"
    if carry and Path(path).stat().st_size <= _CARRIED_BYTES:
        return INLINE + Path(path).read_text(encoding="utf-8")
    raise ConfigError(
        f"{key}: {path} is not in the image; map it in kubeflow.addresses to an "
        "address in an object store, or to a path in the image or in one of "
        "kubeflow.volumes"
    )


def _is_in_volume(config: Config, path: str) -> bool:
    mounted = (folder.rstrip("/") + "/" for folder in config.kubeflow.volumes)
    return any(f"{path}/".startswith(folder) for folder in mounted)
