"""Models that cannot be had end in one sentence, and soon."""

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from newsdesk.config.encoders import HubEncoder
from newsdesk.errors import ConfigError, ModelError
from newsdesk.inspection import fresh
from tests.support import endless
from trainer.encoders.hub import HubBert
from trainer.hub import models, preprocessor

KEY = "model.encoder.path"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of downloads."""
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The address of a server that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/bert/1"


def refusal(handle: str) -> str:
    with pytest.raises(ConfigError) as caught:
        models.load(handle, KEY)
    return str(caught.value)


def cached(cache: Path, handle: str) -> Path:
    return cache / hashlib.sha1(handle.encode()).hexdigest()


def test_an_unreachable_handle_says_what_to_do(cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        handle = f"http://127.0.0.1:{server.getsockname()[1]}/bert/1"

    assert refusal(handle) == (
        f"{KEY}: {handle} cannot be fetched: [Errno 111] Connection refused; use a "
        "local folder instead (`newsdesk encoder import` writes one), or unpack the "
        f"model into {cached(cache, handle)}, which is below TFHUB_CACHE_DIR if that "
        "is set"
    )


def test_a_silent_hub_is_given_up(
    silent_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SILENCE_SECONDS", 0.1)

    assert f"{silent_server} cannot be fetched: timed out; " in refusal(silent_server)
    assert socket.getdefaulttimeout() is None


def test_a_model_in_the_cache_needs_no_network(cache: Path, silent_server: str) -> None:
    tf.saved_model.save(tf.Module(), str(cached(cache, silent_server)))

    found = models.load(silent_server, KEY)

    assert found.folder == str(cached(cache, silent_server))


def test_a_model_is_loaded_outside_of_the_graph_that_is_being_built(
    tmp_path: Path,
) -> None:
    module = tf.Module()
    module.three = tf.Variable(3)
    tf.saved_model.save(module, str(tmp_path))

    @tf.function(autograph=False)
    def traced() -> tf.Tensor:
        with tf.init_scope():
            value = int(models.load(str(tmp_path), KEY).loaded.three)
        return tf.constant(value)

    assert int(traced()) == 3


def test_a_model_that_does_more_is_not_loaded(save_module: Any) -> None:
    folder = str(save_module("tokenize", tf.io.read_file, tf.TensorSpec([], tf.string)))
    encoder = HubEncoder(kind="hub", path=folder, preprocess=folder)

    for key, load in {
        "model.encoder.path": lambda: HubBert(encoder, 9, 9, "float32"),
        "model.encoder.preprocess": lambda: preprocessor.read(folder),
    }.items():
        with pytest.raises(ModelError, match=f"^{key}: .*has the operation ReadFile"):
            load()


def test_an_operation_that_the_encoder_needs_can_be_allowed(save_module: Any) -> None:
    spec = tf.TensorSpec([], tf.float32)
    folder = str(save_module("turn", lambda given: tf.bitcast(given, tf.int32), spec))
    encoder = HubEncoder(kind="hub", path=folder, preprocess=folder)

    with pytest.raises(ModelError, match="operation Bitcast.*allow_operations"):
        HubBert(encoder, 9, 9, "float32")
    allowed = encoder.model_copy(update={"allow_operations": ["Bitcast"]})
    with pytest.raises(ConfigError, match="is not a BERT encoder"):
        HubBert(allowed, 9, 9, "float32")


def test_a_model_that_does_not_come_back_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless.export(tmp_path / "model", "loaded")
    monkeypatch.setattr(fresh, "run", lambda *_: None)

    with pytest.raises(ModelError, match=f"^{KEY}: .*did not load and answer within"):
        models.load(str(tmp_path / "model"), KEY)


def test_a_folder_must_be_there_and_hold_a_whole_model(tmp_path: Path) -> None:
    gone, empty, broken = (str(tmp_path / name) for name in ("gone", "empty", "broken"))
    Path(empty).mkdir()
    Path(broken).mkdir()
    Path(broken, "saved_model.pb").write_bytes(b"\xffno model")

    assert refusal(gone) == f"{KEY}: {gone}: there is no such folder; correct the path"
    assert refusal(empty).startswith(f"{KEY}: {empty} has no saved_model.pb")
    with pytest.raises(ModelError, match=f"^{KEY}: {broken}.*cannot be read as a Sav"):
        models.load(broken, KEY)
