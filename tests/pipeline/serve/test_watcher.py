"""New versions come into service when they are complete, and not before."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsdesk.errors import ModelError
from pipeline.serve.in_service import InService
from pipeline.serve.loading import load
from pipeline.serve.watcher import Watcher
from tests.support import model as models
from tests.support import served


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    models.export(folder)
    return folder


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "serving"


@pytest.fixture
def model(exported: Path, destination: Path) -> Iterator[InService]:
    model = served.in_service(destination, models.push(exported, destination))
    yield model
    model.close()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watcher(model: InService, destination: Path, said: list[str]) -> Watcher:
    return Watcher(model, str(destination), load, said.append)


def test_a_pushed_version_comes_into_service(
    exported: Path, destination: Path, model: InService, watcher: Watcher, said: list
) -> None:
    before = model.loaded.version
    watcher.look()
    assert model.loaded.version == before and said == []
    pushed = models.push(exported, destination)
    watcher.look()
    assert model.loaded.version == pushed
    assert said[0].startswith(f"version {pushed} is in service, loaded in ")
    assert model.use(lambda now: now.model.predict(["a"])).result()[0].label == "a"


def test_a_version_that_is_still_being_copied_is_not_served(
    destination: Path, model: InService, watcher: Watcher, said: list[str]
) -> None:
    before = model.loaded.version
    source = destination / str(before)
    copied = destination / str(before + 9)
    copied.mkdir()
    files = sorted(file for file in source.rglob("*") if file.is_file())
    # The manifest comes early: without it, nothing would show what is missing.
    files.sort(key=lambda file: file.name not in ("saved_model.pb", "manifest.json"))
    for file in files:
        watcher.look()
        assert model.loaded.version == before
        target = copied / file.relative_to(source)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(file, target)
    watcher.look()
    assert model.loaded.version == before + 9
    refusals = [line for line in said if f"version {before} stays in service" in line]
    assert len(refusals) == len(set(refusals)) >= 2


def test_a_damaged_version_is_named_once_and_tried_again_later(
    exported: Path, destination: Path, model: InService, watcher: Watcher, said: list
) -> None:
    before = model.loaded.version
    pushed = models.push(exported, destination)
    data = destination / str(pushed) / "variables" / "variables.index"
    right = data.read_bytes()
    data.write_bytes(right[:-1])
    waits = []
    for _ in range(10):
        watcher.look()
        waits.append(watcher.pause)
    assert model.loaded.version == before
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert len(said) == 1 and "variables/variables.index was altered" in said[0]
    assert model.states()[pushed].name == "END"
    data.write_bytes(right)
    watcher.look()
    assert model.loaded.version == pushed and watcher.pause == 1


def test_an_older_version_follows_a_removed_one(
    exported: Path, destination: Path, model: InService, watcher: Watcher
) -> None:
    before = model.loaded.version
    pushed = models.push(exported, destination)
    watcher.look()
    shutil.rmtree(destination / str(pushed))
    watcher.look()
    assert model.loaded.version == before
    shutil.rmtree(destination)
    watcher.look()
    assert model.loaded.version == before


def test_a_store_that_cannot_be_read_stops_nothing(
    model: InService,
    watcher: Watcher,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(address: str) -> None:
        raise ModelError(f"{address}: cannot be read")

    monkeypatch.setattr("pipeline.serve.watcher.newest_version", fail)
    watcher.look()
    watcher.look()
    assert len(said) == 1 and "cannot be read" in said[0]


def test_a_stopped_server_takes_no_version_more(
    exported: Path, destination: Path, model: InService, watcher: Watcher
) -> None:
    before = model.loaded.version
    models.push(exported, destination)
    watcher.stop()
    watcher.look()
    assert model.loaded.version == before
