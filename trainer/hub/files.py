"""The files of a SavedModel from the hub, looked at without TensorFlow."""

from pathlib import Path

from pipeline.errors import ConfigError
from trainer.encoders.files import failed_download, fault

SAVED_MODEL = "saved_model.pb"
VOCABULARY = str(Path("assets", "vocab.txt"))
# What protocol buffers can have.
_MAX_BYTES = 2 << 30


def check(folder: str, key: str) -> None:
    """Refuses a folder that cannot hold a whole SavedModel.

    Args:
        folder: a local folder.
        key: the setting that names it, for an error.

    Raises:
        ConfigError: the folder or its saved_model.pb is missing, or a file in it is a
            pointer or an error page.
    """
    if not Path(folder).is_dir():
        raise ConfigError(f"{key}: {folder}: there is no such folder")
    graph = Path(folder, SAVED_MODEL)
    if not graph.exists():
        raise ConfigError(
            f"{key}: {folder} holds no {SAVED_MODEL}; name the folder of a SavedModel"
        )
    if wrong := fault(graph, _MAX_BYTES):
        raise ConfigError(f"{key}: {graph}: {wrong}")
    for file in sorted(Path(folder).rglob("*")):
        if file.is_file() and (wrong := failed_download(file)):
            raise ConfigError(f"{key}: {file}: {wrong}")


def vocabulary(folder: str, key: str) -> str:
    """Finds the vocabulary of a preprocessing model.

    Args:
        folder: a local folder.
        key: the setting that names it, for an error.

    Returns:
        The path of vocab.txt.

    Raises:
        ConfigError: there is none.
    """
    path = Path(folder, VOCABULARY)
    if not path.exists():
        raise ConfigError(
            f"{key}: {folder} holds no {VOCABULARY}; name the preprocessing model of "
            "a BERT with WordPiece"
        )
    return str(path)
