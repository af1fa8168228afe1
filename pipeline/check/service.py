"""Checks what a run would publish to, and what it would compare with."""

import os
from pathlib import Path

from components.text_example_gen import content
from components.text_statistics import statistics
from components.text_statistics.statistics import TextStatistics
from newsdesk.config.paths import refuse_patterns
from newsdesk.config.sections import Config
from newsdesk.errors import ModelError, NewsdeskError
from newsdesk.identity.recipe import recipe, run_key
from newsdesk.published.in_service import InService, newest, repeated
from newsdesk.published.manifest import STATISTICS
from pipeline.check.findings import Findings


def check_folders(config: Config, found: Findings) -> None:
    """Checks that a run can write its results and its versions.

    Args:
        config: the whole configuration.
        found: gets the findings.
    """
    found.attempt("push", lambda: _require_writable("output.root", str(config.root)))
    found.attempt("push", lambda: _require_writable("push.destination", config.serving))
    if config.push.sign:
        from newsdesk.published import signing

        sign = config.push.sign
        found.attempt("push", lambda: signing.check(sign))
    if "://" in config.serving:
        found.say("push", f"{config.serving}; a run finds out whether it can write")
    elif not found.has_problem("push"):
        found.say("push", f"{config.serving} can be written")


def check_baseline(config: Config, found: Findings) -> InService | None:
    """Finds the model that a candidate would be compared with.

    Args:
        config: the whole configuration.
        found: gets the findings.

    Returns:
        The model in service; None if there is none, or it cannot be read.
    """
    current = found.attempt("compare", lambda: newest(config.serving))
    if current is None:
        if not found.has_problem("compare"):
            found.say("compare", "no model is in service yet")
        return None
    origin = current.manifest.origin
    found.values["in_service"] = {
        "version": str(current.version),
        "metrics": origin.metrics,
    }
    accuracy = origin.metrics.get("accuracy")
    when = "" if accuracy is None else f", with accuracy {accuracy:.4f} when pushed"
    found.say("compare", f"version {current.version} is in service{when}")
    if origin.labels != config.data.labels:
        found.stop(
            "compare",
            f"version {current.version} cannot be compared with a new model, because "
            f"its labels are {', '.join(origin.labels)}; if you intend this change, "
            "run once with --accept-new-baseline REASON",
        )
    return current


def note_repetition(config: Config, current: InService, found: Findings) -> None:
    """Notes if the same data and configuration have already been published.

    Args:
        config: the whole configuration.
        current: the model in service.
        found: gets the findings.
    """
    key = run_key(recipe(config).digest, content.data_digest(config.data))
    if outcome := repeated(current.manifest, key):
        found.note(
            "compare",
            f"a run would do nothing: its model, of the same data and configuration, "
            f"is {outcome}",
        )


def reference_of(
    config: Config, current: InService | None
) -> tuple[TextStatistics | None, str]:
    """Reads the statistics of the data of the model in service.

    Args:
        config: the whole configuration.
        current: the model in service, if there is one.

    Returns:
        The statistics, or None; and what messages call that data, or why there are no
        statistics.

    Raises:
        ModelError: the statistics cannot be read.
    """
    if current is None:
        return None, "there is no model in service to compare with"
    file = Path(config.serving, str(current.version), STATISTICS)
    if "://" in config.serving or not file.exists():
        return None, f"the statistics of version {current.version} are not at hand"
    return statistics.read(file.parent), f"the data of version {current.version}"


def _require_writable(key: str, path: str) -> None:
    refuse_patterns(key, path)
    above = Path(path)
    while not above.exists() and above != above.parent:
        above = above.parent
    fault = "" if above.is_dir() else "is not a folder"
    if not fault and not os.access(above, os.W_OK | os.X_OK):
        fault = "cannot be written"
    if fault and "://" not in path:
        # A run notices the root when it begins, and the destination when it pushes.
        error = NewsdeskError if key == "output.root" else ModelError
        raise error(
            f"{path}: {above} {fault}; choose another folder with --set {key}=FOLDER"
        )
