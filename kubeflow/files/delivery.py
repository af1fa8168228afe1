"""How the files that a configuration names get into the containers of a cluster."""

from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

from kubeflow.files import fetch
from kubeflow.files.placeholders import INLINE, PACKAGE
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError

# Packages of the image that hold files which configurations name.
_PACKAGES = ("pipeline", "schemas")
# What a compiled pipeline may carry of one file; the whole must stay below 200 KB.
_CARRIED_BYTES = 32_768


def sent(config: Config) -> Callable[[str], str]:
    """Decides how every file of a configuration travels.

    Args:
        config: the whole configuration, with absolute paths.

    Returns:
        From a path of this machine to what stands for it in a compiled pipeline, as
        `kubeflow.files.placeholders` has it; other strings come back as they are.

    Raises:
        ConfigError: a container could not have one of them.
    """
    places = {config.data.path: _sent(config, "data.path", config.data.path)}
    carried = {"data.schema_file": config.data.schema_file}
    if config.text.vocabulary:
        carried["text.vocabulary"] = config.text.vocabulary
    for key, path in carried.items():
        places[path] = _sent(config, key, path, carry=True)
    for key, path in config.model.encoder.places.items():
        places[path] = _sent(config, key, path)
    return lambda text: places.get(text, text)


def must_outlive_containers(config: Config, key: str, place: str) -> None:
    """Refuses a folder that would be gone with the container that wrote it.

    Args:
        config: the whole configuration.
        key: that names the folder, for the message.
        place: a path or an address.

    Raises:
        ConfigError: it lies neither in an object store nor in a volume.
    """
    if not fetch.is_address(place) and not _is_in_volume(config, place):
        raise ConfigError(
            f"{key}: {place} would be gone with the container that wrote it; give an "
            "address in an object store (gs://, s3://), or a folder of one of "
            "kubeflow.volumes"
        )


def must_be_in_a_volume(config: Config, key: str, files: Iterable[str]) -> None:
    """Refuses files that must not be copied into an image, a store or a pipeline.

    Args:
        config: the whole configuration.
        key: that names the files, for the message.
        files: paths.

    Raises:
        ConfigError: one of them is not in a volume.
    """
    for file in files:
        if not _is_in_volume(config, file):
            raise ConfigError(
                f"{key}: {file} is not in one of kubeflow.volumes, and private keys "
                "travel in no other way; put it there, or leave push.sign out"
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
        f"{key}: {path} is not in the image; say in kubeflow.addresses where "
        "containers find it: at an address in an object store, or at a path in the "
        "image or in one of kubeflow.volumes"
    )


def _is_in_volume(config: Config, path: str) -> bool:
    mounted = (folder.rstrip("/") + "/" for folder in config.kubeflow.volumes)
    return any(f"{path}/".startswith(folder) for folder in mounted)
