import gc
import importlib
import sys

import pytest

from pipeline.local.lean_imports import lean_imports


@pytest.fixture(autouse=True)
def _no_frozen_objects():
    yield
    gc.unfreeze()


def test_modules_that_no_run_uses_are_hidden_only_inside(monkeypatch):
    monkeypatch.setattr("pipeline.local.lean_imports.version", lambda _: "1.21.0")
    monkeypatch.setattr("pipeline.local.lean_imports._UNUSED", ("this",))
    with lean_imports(), pytest.raises(ModuleNotFoundError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_a_module_that_is_imported_stays(monkeypatch):
    monkeypatch.setattr("pipeline.local.lean_imports.version", lambda _: "1.21.0")
    monkeypatch.setattr("pipeline.local.lean_imports._UNUSED", ("json",))
    known = sys.modules["json"]
    with lean_imports():
        assert importlib.import_module("json") is known
    assert sys.modules["json"] is known


def test_nothing_is_hidden_from_a_tfx_that_needs_it(monkeypatch):
    monkeypatch.setattr("pipeline.local.lean_imports.version", lambda _: "1.16.0")
    monkeypatch.setattr("pipeline.local.lean_imports._UNUSED", ("quopri",))
    with lean_imports():
        importlib.import_module("quopri")


def test_the_collector_is_off_only_inside():
    with pytest.raises(KeyError), lean_imports():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
