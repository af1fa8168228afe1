"""SavedModels from TF Hub, Kaggle Models or a folder; what cannot be had is refused."""

import contextlib
import hashlib
import http.client
import os
import socket
import tarfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_hub as hub
import tensorflow_text  # noqa: F401  registers the operations of tokenizers
from tensorflow_hub import resolver

from newsdesk.errors import ConfigError, ModelError
from newsdesk.inspection import operations, trial
from trainer.hub import files

# A hub that is silent for so long will not answer at all.
SILENCE_SECONDS = 10.0


@dataclass(frozen=True)
class HubModel:
    """A SavedModel in memory.

    Attributes:
        folder: where its files lie.
        loaded: what `tf.saved_model.load` gave.
    """

    folder: str
    loaded: Any


def load(handle: str, key: str, allowed: Collection[str] | None = None) -> HubModel:
    """Fetches a model where that is needed, and loads it.

    Args:
        handle: a URL of TF Hub or Kaggle Models, or a folder.
        key: the setting that names it, for an error.
        allowed: operations that model.encoder.allow_operations adds to the list; None
            for a model that the setting is not about.

    Returns:
        The model, whatever graph is being built meanwhile.

    Raises:
        ConfigError: it cannot be reached, or is no TensorFlow 2 SavedModel.
        ModelError: it cannot be read, holds what an encoder does not need, or does not
            come back from being loaded and called.
    """
    folder = _fetched(handle, key)
    files.check(folder, key)
    try:
        operations.check(Path(folder), allowed or ())
    except ModelError as error:
        hint = (
            ""
            if allowed is None
            else ", or name the operation in model.encoder.allow_operations"
        )
        raise ModelError(f"{key}: {error}{hint}") from None
    try:
        trial.check(Path(folder))
    except ModelError as error:
        raise ModelError(f"{key}: {error}") from None
    try:
        with tf.init_scope():
            return HubModel(folder, hub.load(folder))
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise ConfigError(
            f"{key}: {handle} cannot be loaded: {first_line(error)}; fetch or write "
            "the SavedModel again"
        ) from None


def first_line(error: Exception) -> str:
    """Shortens what a library says.

    Args:
        error: what it raised.

    Returns:
        The first line of the message, without a final full stop.
    """
    return str(error).strip().partition("\n")[0].rstrip(".")


def _fetched(handle: str, key: str) -> str:
    if "://" not in handle:
        return handle
    try:
        with _patience(SILENCE_SECONDS):
            return str(hub.resolve(handle))
    except (
        EOFError,
        OSError,
        ValueError,
        http.client.HTTPException,
        tarfile.TarError,
        tf.errors.OpError,
        zlib.error,
    ) as error:
        raise ConfigError(
            f"{key}: {handle} cannot be fetched: {_reason(error)}; name a local "
            "folder instead (`newsdesk encoder import` writes one), or unpack the "
            f"model into {_cached(handle)} (TFHUB_CACHE_DIR moves it)"
        ) from None


def _reason(error: Exception) -> str:
    """What went wrong, without the wrapping that urllib puts around it."""
    inner = getattr(error, "reason", error)
    return first_line(inner) if isinstance(inner, Exception) else str(inner)


def _cached(handle: str) -> str:
    """Where tensorflow_hub looks before it asks the network."""
    name = hashlib.sha1(handle.encode()).hexdigest()
    return os.path.join(resolver.tfhub_cache_dir(use_temp=True), name)


@contextlib.contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """Limits how long a socket may be silent, which tensorflow_hub does not."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
