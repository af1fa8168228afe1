"""Identifies a run by its configuration, its code and the content of its data."""

import hashlib
import importlib.metadata
import json
import platform
from dataclasses import dataclass, field

from newsdesk.config.sections import Config
from newsdesk.errors import NewsdeskError
from newsdesk.identity import fingerprint

# The property of the Examples artifact that holds the digest of the data's content.
DATA_DIGEST = "content"
# Sections and keys that do not change the model. Files count by content, not by path.
_ELSEWHERE = {"output", "push", "score", "beam", "kubeflow"}
_BY_CONTENT = {
    "path",
    "schema_file",
    "vocabulary",
    "preprocess",
    "span_marker",
    "named_splits",
    "window",
}
_SOURCES = ("newsdesk", "pipeline", "components", "trainer")
# They describe a run after everything is decided, so a change in them makes no other
# model.
_REPORTS = ("components.reporter", "newsdesk.report")
_NAMED = (
    "apache-beam",
    "newsdesk",
    "tensorflow",
    "tensorflow-text",
    "tensorflow-transform",
    "tf-keras",
    "tf-models-official",
    "tfx",
)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result of a run, except the data.

    Attributes:
        digest: digest of the configuration, the code, and the files it names.
        code_digest: digest of the sources and the installed versions.
        versions: versions of the most important packages, for the user.
        files: digests of the files that the configuration names, by path.
    """

    digest: str
    code_digest: str
    versions: dict[str, str]
    files: dict[str, str] = field(default_factory=dict)

    def check(self, now: "Recipe") -> None:
        """Refuses to continue if files or code have changed since the run began.

        Args:
            now: the recipe of the same configuration, taken later.

        Raises:
            NewsdeskError: names the file that changed.
        """
        if now.digest == self.digest:
            return
        paths = sorted(self.files.keys() | now.files.keys())
        changed = [
            path for path in paths if self.files.get(path) != now.files.get(path)
        ]
        raise NewsdeskError(
            f"{changed[0] if changed else 'the installed code'}: has changed during "
            "the run, so it is not known which content the nodes have read; nothing "
            "was published; run again"
        )


def recipe(config: Config) -> Recipe:
    """Computes the recipe of a run.

    Args:
        config: the whole configuration.

    Returns:
        The recipe; equal recipes make equal models from equal data.

    Raises:
        ConfigError: a file that the configuration names cannot be read.
    """
    code = fingerprint.of_packages(_SOURCES, _REPORTS)
    # Without a search space, the digest is the one that older releases computed.
    absent = {"tune"} if config.tune is None else set()
    values = config.model_dump(mode="json", exclude=_ELSEWHERE | absent)
    digest = hashlib.sha256(code.encode())
    digest.update(json.dumps(_without_paths(values), sort_keys=True).encode())
    files = {file: fingerprint.of_file(file) for file in files_of(config)}
    for content in files.values():
        digest.update(content.encode())
    return Recipe(digest.hexdigest()[:32], code, _versions(), files)


def run_key(recipe: str, data: str) -> str:
    """Combines the digests of recipe and data to one key of a run.

    Args:
        recipe: the digest of a `Recipe`.
        data: the digest of the data's content.

    Returns:
        A hexadecimal string.
    """
    return hashlib.sha256(f"{recipe} {data}".encode()).hexdigest()[:32]


def files_of(config: Config) -> list[str]:
    """Lists the files that the configuration names, without the data.

    Args:
        config: the whole configuration.

    Returns:
        The paths of the schema, the vocabulary and all files of a pretrained encoder.
    """
    files = [config.data.schema_file]
    files += [config.text.vocabulary] if config.text.vocabulary else []
    return files + config.model.encoder.files


def _without_paths(values: object) -> object:
    if not isinstance(values, dict):
        return values
    return {
        name: _without_paths(value)
        for name, value in values.items()
        # A handle identifies its content, a path does not.
        if name not in _BY_CONTENT or "://" in str(value)
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _NAMED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
