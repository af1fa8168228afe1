import gc
import importlib
import sys
import types

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


def test_an_optional_module_is_hidden_from_every_tfx(monkeypatch):
    monkeypatch.setattr("pipeline.local.lean_imports.version", lambda _: "1.16.0")
    monkeypatch.setattr("pipeline.local.lean_imports._OPTIONAL", ("this",))
    with lean_imports(), pytest.raises(ModuleNotFoundError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_a_later_module_is_imported_when_it_is_called(monkeypatch):
    monkeypatch.delitem(sys.modules, "quopri", raising=False)
    monkeypatch.setattr("pipeline.local.lean_imports._LATER", ("quopri",))
    with lean_imports():
        import quopri
        from quopri import encodestring
    assert "quopri" not in sys.modules
    assert encodestring(b"a=b") == b"a=3Db"
    assert quopri.decodestring(b"a=3Db") == b"a=b"
    assert isinstance(importlib.import_module("quopri"), types.ModuleType)
    assert importlib.import_module("quopri") is not quopri


def test_a_later_module_has_no_submodules(monkeypatch):
    monkeypatch.setattr("pipeline.local.lean_imports._LATER", ("mailbox",))
    monkeypatch.delitem(sys.modules, "mailbox", raising=False)
    with lean_imports(), pytest.raises(ModuleNotFoundError, match="not a package"):
        importlib.import_module("mailbox.none")


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
