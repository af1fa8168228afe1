"""Loads a version completely before a server answers with it."""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from newsdesk import warm_up
from newsdesk.errors import ModelError, first_line
from newsdesk.inspection import parsed
from newsdesk.published.numbers import number
from pipeline.api.model import Model
from pipeline.predict.find_model import SAVED_MODEL, Pushed, opened
from pipeline.serve.metadata import signature_map


@dataclass(frozen=True)
class Loaded:
    """A version that is ready to answer.

    Attributes:
        version: its number.
        model: the model.
        metadata: its signatures, as TensorFlow Serving describes them.
        resources: closed when the version is dropped.
    """

    version: int
    model: Model
    metadata: Mapping[str, Any]
    resources: contextlib.ExitStack

    def close(self) -> None:
        """Removes the files of a version that was fetched from an object store."""
        self.resources.close()


def load(
    found: Path | Pushed, verify: bool = True, allow_operations: Collection[str] = ()
) -> Loaded:
    """Checks, loads and warms up a version.

    Args:
        found: from `find_model`.
        verify: whether to compare the files with the manifest, so that a version that
            is still being copied is refused.
        allow_operations: TensorFlow operations to accept although they are not on the
            allow-list.

    Returns:
        The version.

    Raises:
        ConfigError: it cannot be loaded.
        ModelError: it differs from its manifest, contains operations that a text
            classifier does not need, or cannot answer.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(opened(found))
        model = stack.enter_context(
            Model(folder, verify=verify, allow_operations=allow_operations)
        )
        meta = parsed.read(folder / SAVED_MODEL).meta
        _warm(model)
        return Loaded(
            version_of(found),
            model,
            signature_map(meta.signature_def),
            stack.pop_all(),
        )


def version_of(found: Path | Pushed) -> int:
    """Returns the number of a version; 1 for a model without a number.

    Args:
        found: from `find_model`.
    """
    if isinstance(found, Pushed):
        return found.version
    named = number(found.resolve().name)
    return 1 if named is None else named


def _warm(model: Model) -> None:
    """Answers the requests in the model, or one text if it has none."""
    try:
        for signature, inputs in warm_up.read(model.folder):
            model.answerer.signatures[signature](**inputs)
        model.predict(["a"])
    except Exception as error:
        raise ModelError(
            f"{model.folder}: is loaded, but does not answer: {first_line(error)}; "
            "serve another version"
        ) from error
