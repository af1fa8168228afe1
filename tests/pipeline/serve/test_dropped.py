"""A version that was replaced leaves memory at once."""

import gc
import weakref
from pathlib import Path

from pipeline.serve.loading import load
from pipeline.serve.watcher import Watcher
from tests.support import served


def test_a_replaced_version_is_dropped(tmp_path: Path) -> None:
    destination = tmp_path / "serving"
    (first,) = served.pushed(destination, 0.1)
    model = served.in_service(destination, first)
    signature = model.loaded.model.answerer.signatures["serving_default"]
    dropped = weakref.ref(signature.graph)
    del signature
    model.use(lambda loaded: loaded.model.predict(["a"])).result()
    served.pushed(destination, 0.2)
    # Otherwise, the garbage collector may run by chance.
    gc.disable()
    try:
        Watcher(model, str(destination), load, lambda line: None).look()
        assert dropped() is None
    finally:
        gc.enable()
    model.close()
