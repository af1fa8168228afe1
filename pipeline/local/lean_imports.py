"""Imports TFX quickly: without packages that no run uses, and without collections."""

import contextlib
import gc
import sys
from collections.abc import Iterator
from importlib.metadata import version

# TFX's tuner imports Keras 3 with Matplotlib and OpenCV, and its InfraValidator imports
# hundreds of modules. From 1.17 on, TFX does without components that it cannot import.
_UNUSED = ("keras_tuner", "kubernetes")
_FIRST_TFX = (1, 17)


@contextlib.contextmanager
def lean_imports() -> Iterator[None]:
    """Makes the imports of TFX inside this context faster.

    Modules that no run uses cannot be imported inside it. The garbage collector is off,
    because it would look at all new objects again and again, and imports leave nothing
    to collect. Afterwards it ignores these objects.
    """
    major, minor = version("tfx").split(".")[:2]
    names = _UNUSED if (int(major), int(minor)) >= _FIRST_TFX else ()
    hidden = [name for name in names if name not in sys.modules]
    was_enabled = gc.isenabled()
    gc.disable()
    # The documented way to make `import` raise ModuleNotFoundError.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        gc.freeze()
        if was_enabled:
            gc.enable()
