"""Loads SavedModels from TF Hub, Kaggle Models or a folder, after checking them."""

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

# A hub that sends nothing for this long will not answer at all.
SILENCE_SECONDS = 10.0


@dataclass(frozen=True)
class HubModel:
    """A SavedModel in memory.

    Attributes:
        folder: the folder of its files.
        loaded: the object from `tf.saved_model.load`.
    """

    folder: str
    loaded: Any


def load(handle: str, key: str, allowed: Collection[str] | None = None) -> HubModel:
    """Fetches a model if necessary, checks it, and loads it.

    Args:
        handle: a URL of TF Hub or Kaggle Models, or a folder.
        key: the setting that names it, for an error.
        allowed: operations that model.encoder.allow_operations adds to the list; None
            for a model that this setting does not apply to.

    Returns:
        The model, loaded outside of any graph that is being built.

    Raises:
        ConfigError: it cannot be reached, or is not a SavedModel of TensorFlow 2.
        ModelError: it cannot be read, contains what an encoder does not need, or hangs
            when it is loaded or called.
    """
    folder = _fetched(handle, key)
    files.check(folder, key)
    try:
        operations.check(Path(folder), allowed or ())
    except ModelError as error:
        hint = (
            ""
            if allowed is None
            else ", or add the operation to model.encoder.allow_operations"
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
    """Shortens the message of a library.

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
            f"{key}: {handle} cannot be fetched: {_reason(error)}; use a local folder "
            "instead (`newsdesk encoder import` writes one), or unpack the model into "
            f"{_cached(handle)}, which is below TFHUB_CACHE_DIR if that is set"
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
