"""Candidates of `steps.py`, and the Pusher that publishes them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tfx.types import standard_artifacts

from benchmarks.reliability.stepped_world import fresh_name
from components.publisher import executor
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.published import manifest
from newsdesk.published.manifest import Origin
from tests.support import model


@dataclass
class Candidate:
    """A model that a run has made, and what that run compared it with.

    Attributes:
        folder: holds the model, the baseline's copy and the statistics.
        inputs: what it was made from.
        over: the version that it was compared with; None where there was none.
        compared: the digest of that version's manifest; None where there was none.
        model: the digest of the candidate.
    """

    folder: Path
    inputs: str
    over: int | None
    compared: str | None
    model: str = ""


def push(candidate: Candidate, address: str, keep: int | None = None) -> None:
    """Calls the Pusher itself, with what the nodes before it give.

    Args:
        candidate: what it pushes.
        address: above the versions.
        keep: how many versions stay.

    Raises:
        ModelError: it refuses.
    """
    said = standard_artifacts.PushedModel()
    said.uri = str(candidate.folder / f"said-{fresh_name()}")
    baseline = standard_artifacts.Model()
    baseline.uri = str(candidate.folder / "baseline")
    anything = SimpleNamespace(uri=str(candidate.folder))
    names = ("model_blessing", "evaluation", "statistics", "predictions")
    inputs: dict[str, list[Any]] = {name: [anything] for name in names}
    inputs["baseline"] = [baseline] if candidate.over is not None else []

    def origin(_: object, __: object, before: Origin | None, ___: bool) -> Any:
        return model.origin().model_copy(
            update={
                "run_key": candidate.inputs,
                "data_digest": str(candidate.over),
                "withdrawn": before.withdrawn if before else [],
            }
        )

    properties = {
        "destination": address,
        "accepted": "",
        "keep": keep,
        "grace_seconds": 0.0,
    }
    real = executor._origin
    executor._origin = origin  # type: ignore[assignment]
    try:
        node = executor.Executor()
        node.GetModelPath = lambda _: str(candidate.folder / "model")
        node.Do(inputs, {"pushed_model": [said]}, properties)
    finally:
        executor._origin = real


def make_model(candidate: Candidate, content: str) -> None:
    """Makes the files of a model.

    Args:
        candidate: whose they are.
        content: decides the digest.
    """
    folder = candidate.folder
    for name in ("saved_model.pb", "variables/variables.index", "assets/tokens"):
        file = folder / "model" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{name} {content}")
    (folder / executor.STATISTICS).write_text("{}")
    decision.write(Decision(metrics={"accuracy": 1.0}), folder)
    candidate.model = manifest.model_digest(manifest.parts(folder / "model"))


def drop(candidate: Candidate) -> None:
    """Removes what a run made.

    Args:
        candidate: that nobody pushes any more.
    """
    shutil.rmtree(candidate.folder)
