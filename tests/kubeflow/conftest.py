"""Fixtures: a stand-in for the cluster, configurations and a compiled pipeline."""

import argparse
import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kubeflow import notified
from kubeflow.cluster.client import connected
from newsdesk.config.sections import Config
from tests.support.kfp.pipelines import compiled
from tests.support.kfp.server import Server, serving

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)

SECRET = "T0-very-secret"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("NEWSDESK_KFP_TOKEN", "NEWSDESK_KFP_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("KF_PIPELINES_ENDPOINT", raising=False)
    monkeypatch.delenv("KF_PIPELINES_UI_ENDPOINT", raising=False)
    monkeypatch.setattr("kfp.Client._LOCAL_KFP_CONTEXT", str(tmp_path / "context.json"))


@pytest.fixture
def server() -> Iterator[Server]:
    """An empty cluster, at noon."""
    with serving(Server(now=NOON)) as running:
        yield running


@pytest.fixture
def spec() -> str:
    """A compiled pipeline of one node."""
    return compiled()


@pytest.fixture
def configured(
    server: Server, make_config: Callable[..., Config]
) -> Callable[..., Config]:
    """Builds a configuration for the cluster, with a run each night at three."""

    def configure(schedule: Any = None, **kubeflow: Any) -> Config:
        planned = {"cron": "0 0 3 * * *"} if schedule is None else schedule
        section = {"host": server.host, "schedule": planned or None, **kubeflow}
        return make_config(name="desks", kubeflow=section)

    return configure


@pytest.fixture
def config(configured: Callable[..., Config]) -> Config:
    """The configuration that most tests use."""
    return configured()


@pytest.fixture
def client(config: Config) -> Iterator[Any]:
    """A connection to the cluster."""
    with connected(config.kubeflow) as opened:
        yield opened


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The bodies that were posted to the address in WEBHOOK."""
    bodies: list[dict[str, Any]] = []

    class Sink(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  the standard library's name
            length = int(self.headers["Content-Length"])
            bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/{SECRET}"
    monkeypatch.setenv("WEBHOOK", address)
    yield bodies
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., argparse.Namespace]:
    """Builds the options of the exit handler."""

    def build(status: Any, *more: str, **changed: str) -> argparse.Namespace:
        words = {
            "status": status if isinstance(status, str) else json.dumps(status),
            "run": "run-1",
            "pipeline": "desks",
            "destination": str(tmp_path / "models"),
            "variable": "WEBHOOK",
            "label": "",
            "interval": "",
        } | changed
        given = [f"--{key}={one}" for key, one in words.items()]
        return notified.parsed([*given, *more])

    return build
