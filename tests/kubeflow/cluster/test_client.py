"""Tests the connection to the cluster, and its error messages."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from kubeflow.cluster.client import connected, every
from newsdesk.config.cluster import Kubeflow
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError
from tests.support.kfp.server import Refused, Server


def _ask(settings: Kubeflow) -> int:
    with connected(settings) as client:
        return len(list(every(client.list_experiments, "experiments")))


def test_a_token_is_read_again_for_each_request(
    configured: Callable[..., Config], server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    config = configured(token_file=str(file))
    with connected(config.kubeflow) as client:
        for token in ("first", "second"):
            file.write_text(token + "\n")
            server.token = token
            assert list(every(client.list_experiments, "experiments")) == []


def test_a_token_may_be_in_the_environment(
    config: Config, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.token = "secret"
    monkeypatch.setenv("NEWSDESK_KFP_TOKEN", "secret")
    assert _ask(config.kubeflow) == 0
    (tmp_path / "token").write_text("other")
    monkeypatch.setenv("NEWSDESK_KFP_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(ClusterError, match="401"):
        _ask(config.kubeflow)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read: No such file"), ("\n", "the token file is empty")],
)
def test_a_token_that_cannot_be_used_is_named(
    configured: Callable[..., Config],
    tmp_path: Path,
    content: str | None,
    message: str,
) -> None:
    if content is not None:
        (tmp_path / "token").write_text(content)
    with pytest.raises(ClusterError, match=message):
        _ask(configured(token_file=str(tmp_path / "token")).kubeflow)


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "kubeflow.token_file or NEWSDESK_KFP_TOKEN"),
        (403, "kubeflow.namespace"),
        (500, "log of ml-pipeline"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_token(
    config: Config,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    advice: str,
) -> None:
    monkeypatch.setenv("NEWSDESK_KFP_TOKEN", "secret")
    server.refusals["GET /experiments"] = Refused(code, "not like this\nat line 3")
    with pytest.raises(ClusterError) as raised:
        _ask(config.kubeflow)
    said = str(raised.value)
    assert said.startswith(f"{server.host}: answers {code}: not like this; ")
    assert advice in said and "secret" not in said and "\n" not in said


def test_an_unreachable_cluster_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError) as raised:
            _ask(Kubeflow(host=host))
    assert str(raised.value) == (
        f"{host}: cannot be reached: [Errno 111] Connection refused; check "
        "kubeflow.host and the network"
    )


def test_lists_are_read_to_their_end(config: Config, server: Server) -> None:
    with connected(config.kubeflow) as client:
        for number in range(45):
            client.create_experiment(f"number {number}")
    assert _ask(config.kubeflow) == 45
