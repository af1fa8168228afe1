"""A tiny model in service, for tests of the server."""

import contextlib
from pathlib import Path
from typing import Any

from pipeline.predict.find_model import Pushed
from pipeline.serve import loading
from pipeline.serve.in_service import InService
from tests.support import model


def pushed(destination: Path, *scales: float) -> list[int]:
    """Publishes a model for each scale; see `tests.support.model.export`."""
    versions = []
    for scale in scales:
        exported = destination.parent / f"exported-{scale}"
        model.export(exported, scale)
        versions.append(model.push(exported, destination))
    return versions


def in_service(destination: Path, version: int) -> InService:
    """Serves a version under the name `news`."""
    return InService("news", loading.load(Pushed(str(destination), version)))


def stand_in(version: int, closed: list[int] | None = None, model: Any = None) -> Any:
    """A version without a model, or with one of the test's."""
    resources = contextlib.ExitStack()
    if closed is not None:
        resources.callback(closed.append, version)
    return loading.Loaded(version, model, {}, resources)
