"""The base of all packages: configuration, errors, rows and published versions.

Programs find the Python interface here: `newsdesk.Model` and `newsdesk.run`.
"""

import importlib
from typing import Any

# Looked up when they are used, so that the base imports nothing above it and no cache
# key of a node depends on them; `__init__.pyi` has their types.
_PUBLIC = ("Answer", "Model", "Summary", "run")
__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(".api", "pipeline"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
