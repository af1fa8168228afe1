"""Checks the files of SavedModels of TF Hub, without TensorFlow."""

from pathlib import Path

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError
from trainer.pretrained.files import failed_download, fault
from trainer.text import word_pieces

SAVED_MODEL = "saved_model.pb"
VOCABULARY = str(Path("assets", "vocab.txt"))
# The limit of protocol buffers.
_MAX_BYTES = 2 << 30


def check_encoder(encoder: HubEncoder, max_length: int) -> list[str]:
    """Inspects the folders of a hub encoder.

    Args:
        encoder: the model.encoder section.
        max_length: not used, because only the loaded model shows its limit.

    Returns:
        An empty list, because there is nothing to note.

    Raises:
        ConfigError: a SavedModel is incomplete.
        DataError: the vocabulary cannot be read.
    """
    for key, handle in encoder.places.items():
        # A URL is fetched by the node that needs it, so it cannot be checked yet.
        if "://" not in handle:
            check(handle, key)
    if "://" not in encoder.preprocess:
        word_pieces.read(vocabulary(encoder.preprocess, "model.encoder.preprocess"))
    return []


def check(folder: str, key: str) -> None:
    """Refuses a folder that is not a complete SavedModel.

    Args:
        folder: a local folder.
        key: the setting that names it, for an error.

    Raises:
        ConfigError: the folder or its saved_model.pb is missing, or a file in it is a
            pointer or an error page.
    """
    if not Path(folder).is_dir():
        raise ConfigError(f"{key}: {folder}: there is no such folder; correct the path")
    graph = Path(folder, SAVED_MODEL)
    if not graph.exists():
        raise ConfigError(
            f"{key}: {folder} has no {SAVED_MODEL}; use the folder of a SavedModel"
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
        ConfigError: it has no vocabulary.
    """
    path = Path(folder, VOCABULARY)
    if not path.exists():
        raise ConfigError(
            f"{key}: {folder} has no {VOCABULARY}; use the preprocessing model of a "
            "BERT with WordPiece"
        )
    return str(path)
