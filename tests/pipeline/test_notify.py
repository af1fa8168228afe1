"""Failures are posted to a webhook; a failed post does not change the result."""

import datetime
import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import pytest

from newsdesk.config.sections import Notify
from newsdesk.errors import ExitCode
from pipeline import notify as module
from pipeline.local.history import Summary
from pipeline.notify import notify, post


class Sink(NamedTuple):
    """A webhook: its address, the bodies it received, the statuses it will return."""

    url: str
    told: list[dict[str, Any]]
    answers: list[int]


@pytest.fixture
def sink() -> Iterator[Sink]:
    told: list[dict[str, Any]] = []
    answers: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append(json.loads(body, parse_constant=_no_json))
            self.send_response(answers.pop(0) if answers else 204)
            self.send_header("Location", self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield Sink(f"http://127.0.0.1:{server.server_port}/hook", told, answers)
        server.shutdown()
        thread.join()


def _no_json(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address where nothing listens."""
    monkeypatch.setattr(module, "RETRIES", 0)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}/secret"


@pytest.fixture
def ended() -> Callable[..., Summary]:
    """Makes the summary of a run that failed, or with other values."""

    def make(**changes: Any) -> Summary:
        started = datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)
        values = {
            "state": "stopped",
            "exit_code": ExitCode.STOPPED_BY_GATE,
            "error": "the data does not pass the gate",
        }
        return Summary(
            run="20260102-000000",
            pipeline="desks",
            started=started,
            data="/rows.csv",
            **(values | changes),
        )

    return make


def test_without_a_webhook_nothing_is_posted(ended: Callable[..., Summary]) -> None:
    assert notify(None, ended()) is None


def test_a_failure_is_posted_as_a_sentence_and_a_summary(
    sink: Sink, ended: Callable[..., Summary]
) -> None:
    assert notify(Notify(url=sink.url), ended()) is None
    (body,) = sink.told
    sentence = "desks, run 20260102-000000: stopped: the data does not pass the gate"
    assert body["text"] == sentence
    assert (body["exit_code"], body["data"]) == (4, "/rows.csv")


def test_a_refused_model_is_posted_with_its_refusals(
    sink: Sink, ended: Callable[..., Summary]
) -> None:
    summary = ended(
        state="not good enough",
        exit_code=ExitCode.NOT_GOOD_ENOUGH,
        error=None,
        refusals=["accuracy is 0.4", "loss is nan"],
        metrics={"loss": math.nan},
    )
    assert notify(Notify(url=sink.url), summary) is None
    (body,) = sink.told
    assert body["text"].endswith(": not good enough: accuracy is 0.4; loss is nan")
    assert body["metrics"] == {"loss": "NaN"}


@pytest.mark.parametrize("on_success", [False, True])
def test_a_success_is_posted_if_on_success_is_set(
    sink: Sink, ended: Callable[..., Summary], on_success: bool
) -> None:
    summary = ended(state="pushed", exit_code=ExitCode.DONE, error=None)
    assert notify(Notify(url=sink.url, on_success=on_success), summary) is None
    assert [body["state"] for body in sink.told] == ["pushed"] * on_success


def test_the_address_may_be_in_the_environment(
    sink: Sink, ended: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Notify(url="env:HOOK")
    monkeypatch.delenv("HOOK", raising=False)
    assert "the environment variable HOOK is not set" in (
        notify(settings, ended()) or ""
    )
    monkeypatch.setenv("HOOK", sink.url)
    assert notify(settings, ended()) is None
    assert len(sink.told) == 1


def test_a_failed_post_is_reported_without_the_secret(
    nobody: str, ended: Callable[..., Summary], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", nobody)
    begin = "output.notify: the result was not posted to "
    problem = notify(Notify(url="env:HOOK"), ended())
    assert problem == f"{begin}the address in HOOK: ConnectionError"
    problem = notify(Notify(url=nobody), ended())
    assert problem == f"{begin}{nobody}: ConnectionError"


@pytest.mark.parametrize(
    "url", ["http://a..b/", "http://[::1", "http://x:99999/", f"http://{'a' * 70}.com"]
)
def test_an_invalid_address_does_not_fail_the_run(
    url: str, ended: Callable[..., Summary]
) -> None:
    assert "was not posted" in (notify(Notify(url=url), ended()) or "")


def test_an_http_error_is_reported(sink: Sink) -> None:
    sink.answers.append(404)
    assert post(sink.url, {"text": "x"}) == "it answered 404"
    assert len(sink.told) == 1


def test_a_busy_server_gets_a_second_post(sink: Sink) -> None:
    sink.answers.append(503)
    assert post(sink.url, {"text": "x"}) is None
    assert len(sink.told) == 2


def test_posts_to_a_busy_server_are_limited(
    sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRIES", 1)
    sink.answers.extend([503, 503])
    assert post(sink.url, {"text": "x"}) == "it answered 503"
    assert len(sink.told) == 2


def test_a_redirect_is_not_followed(sink: Sink) -> None:
    sink.answers.append(302)
    reason = post(sink.url, {"text": "x"})
    assert reason == "it answered 302, a redirect; use the address it leads to"
    assert len(sink.told) == 1


@pytest.mark.parametrize("sent", [b"HTTP/1.1 204 No", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_webhook_that_drips_bytes_times_out(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(module, "SECONDS_IN_ALL", 0.5)
    over = threading.Event()

    def drip() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(sent)
            # Each byte starts the timeout of the socket anew.
            while not over.wait(0.05):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        reason = post(f"http://127.0.0.1:{server.getsockname()[1]}/", {"text": "x"})
        over.set()
        thread.join()
    assert reason == "it did not answer within 0.5 s"


def test_the_body_of_a_response_is_not_read() -> None:
    """The server announces a body of a petabyte and sends only its first bytes."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000000\r\n\r\nx"
    over = threading.Event()

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(head)
            over.wait()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert post(f"http://127.0.0.1:{server.getsockname()[1]}/", {"a": 1}) is None
        over.set()
        thread.join()


def test_the_secret_is_not_logged(
    nobody: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RETRIES", 1)
    caplog.set_level("DEBUG")
    assert post(nobody, {"text": "x"}) == "ConnectionError"
    assert "secret" not in caplog.text
