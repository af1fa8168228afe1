"""A folder that looks like a model, and publishing it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsdesk.published import manifest
from newsdesk.published.local_store import LocalStore
from newsdesk.published.manifest import Origin

FillModel = Callable[[Path], None]
Publish = Callable[..., int]


@pytest.fixture
def origin() -> Origin:
    """Where the model of these tests came from."""
    return Origin(
        run="20260101-000000",
        run_key="i" * 8,
        data_digest="d" * 8,
        code_digest="c" * 8,
        labels=["a", "b"],
        metrics={"accuracy": 0.9},
        versions={"newsdesk": "0.1.0"},
    )


@pytest.fixture
def fill_model() -> FillModel:
    """Writes files as a SavedModel has them; their content means nothing."""

    def fill(folder: Path) -> None:
        (folder / "variables").mkdir(parents=True)
        (folder / "saved_model.pb").write_bytes(b"graph")
        (folder / "variables" / "variables.index").write_bytes(b"index")

    return fill


@pytest.fixture
def publish(fill_model: FillModel, origin: Origin) -> Publish:
    """Publishes such a model; with another graph it is another one."""

    def publish(store: LocalStore, graph: bytes = b"graph", **changes: object) -> int:
        folder = store.stage()
        fill_model(folder)
        (folder / "saved_model.pb").write_bytes(graph)
        described = manifest.describe(folder, origin.model_copy(update=changes))
        manifest.write(described, folder)
        newest = max(store.versions(), default=None)
        return store.publish(folder, described, newest)

    return publish
