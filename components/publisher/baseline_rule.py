"""Stops a run if the model in service fails on the tested rows of the run.

A candidate learns from the new labels, right or wrong. Only the model in service, which
was good on earlier rows, can show that labels were swapped or that columns changed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfx import types
from tfx.utils import path_utils

from newsdesk.errors import GateError
from newsdesk.evaluation import fallen
from newsdesk.published import manifest
from newsdesk.published.in_service import VERSION


def check(
    baselines: list[types.Artifact],
    figures: Mapping[str, float],
    exec_properties: Mapping[str, Any],
) -> bool:
    """Applies the rule `baseline_accuracy`.

    Args:
        baselines: the model in service that the candidate was compared with, or none.
        figures: metrics of that model on the tested rows of this run, or {}.
        exec_properties: `min_accuracy`; `accepted`, the user's reason to continue.

    Returns:
        Whether the model in service breaks the rule, and the user accepted this.

    Raises:
        GateError: the model in service breaks the rule, and no reason was given.
    """
    if not baselines or not figures:
        return False
    folder = Path(path_utils.serving_model_path(baselines[0].uri))
    limit = exec_properties["min_accuracy"]
    before = manifest.read(folder).origin.metrics
    if not fallen.has_fallen(figures, before, limit):
        return False
    if exec_properties["accepted"]:
        return True
    version = baselines[0].get_string_custom_property(VERSION)
    raise GateError(
        f"version {version} in service reaches accuracy {figures['accuracy']:.4f} on "
        f"the {figures['rows']:,.0f} tested rows of this run, {_below(before, limit)}: "
        "labels or data have changed their meaning (rule baseline_accuracy). Nothing "
        "was pushed. Correct the data or data.labels; if you intend this change, run "
        "once with --accept-new-baseline REASON (`newsdesk run`, `newsdesk submit`)"
    )


def _below(before: Mapping[str, float], limit: float) -> str:
    """States the limit, and the accuracy that the model had when it was pushed."""
    if fallen.least_in_service(before, limit) != limit:
        return f"below half of the {before['accuracy']:.4f} when it was pushed"
    sentence = f"below evaluation.min_accuracy {limit:g}"
    if "accuracy" in before:
        sentence += f" (it reached {before['accuracy']:.4f} when it was pushed)"
    return sentence
