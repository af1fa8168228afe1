"""A cluster to talk to, and what is sent there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from kubeflow.client import connected
from pipeline.config import Config
from tests.kubeflow.pipelines import compiled
from tests.kubeflow.server import Server, serving

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)


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
    """A cluster without anything, at noon."""
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
    """Builds a configuration for that cluster, with a run each night at three."""

    def configure(schedule: Any = None, **kubeflow: Any) -> Config:
        planned = {"cron": "0 0 3 * * *"} if schedule is None else schedule
        section = {"host": server.host, "schedule": planned or None, **kubeflow}
        return make_config(name="desks", kubeflow=section)

    return configure


@pytest.fixture
def config(configured: Callable[..., Config]) -> Config:
    """The usual one."""
    return configured()


@pytest.fixture
def client(config: Config) -> Iterator[Any]:
    """A connection to the cluster."""
    with connected(config.kubeflow) as opened:
        yield opened
