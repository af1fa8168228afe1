"""Imports TFX quickly: without packages that no run uses, and without collections."""

import contextlib
import gc
import pkgutil
import sys
import types
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

# TFX's tuner imports Keras 3 with Matplotlib and OpenCV, and its InfraValidator imports
# hundreds of modules. From 1.17 on, TFX does without components that it cannot import.
_UNUSED = ("keras_tuner", "kubernetes")
_FIRST_TFX = (1, 17)
# Beam does without it, and it imports the widgets of notebooks.
_OPTIONAL = ("apache_beam.io.gcp.bigquery",)
# TFDV and TFMA cannot be imported without these, but do not use them before somebody
# calls them: confidence intervals, ROUGE with the whole of NLTK, views in notebooks.
# Beam imports Pub/Sub in the first pipeline.
_LATER = (
    "IPython.display",
    "google.cloud.pubsub",
    "scipy.stats",
    "tensorflow_model_analysis.metrics.rouge",
    "tensorflow_model_analysis.view.widget_view",
)


@contextlib.contextmanager
def lean_imports() -> Iterator[None]:
    """Makes the imports of TFX inside this context faster.

    Modules that no run uses cannot be imported inside it, or are imported when one of
    their functions is called. The garbage collector is off, because it would look at
    all new objects again and again, and imports leave nothing to collect. Afterwards it
    ignores these objects.
    """
    major, minor = version("tfx").split(".")[:2]
    is_tolerant = (int(major), int(minor)) >= _FIRST_TFX
    instead: dict[str, Any] = {name: _Later(name) for name in _LATER}
    # The documented way to make `import` raise ModuleNotFoundError.
    instead |= dict.fromkeys((*_OPTIONAL, *(_UNUSED if is_tolerant else ())))
    for name in list(instead):
        if name in sys.modules:
            del instead[name]
    was_enabled = gc.isenabled()
    gc.disable()
    sys.modules.update(instead)
    try:
        yield
    finally:
        for name in instead:
            del sys.modules[name]
        gc.freeze()
        if was_enabled:
            gc.enable()


class _Later(types.ModuleType):
    """Stands for a module or for something in it, which is imported when it is called.

    Args:
        name: the dotted name.
    """

    def __getattr__(self, name: str) -> "_Later":
        if name.startswith("__"):
            raise AttributeError(name)
        return _Later(f"{self.__name__}.{name}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return pkgutil.resolve_name(self.__name__)(*args, **kwargs)
