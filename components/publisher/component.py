"""Declares the node Pusher for the graph."""

import json
from collections.abc import Sequence
from typing import Any

from tfx import types
from tfx.components.pusher import component
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.predictions import RowPredictions
from components.publisher.executor import Executor
from components.text_statistics.component import TextStatisticsOfSplits
from newsdesk.config.push import Push
from newsdesk.identity.recipe import Recipe


class PusherSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "destination": component_spec.ExecutionParameter(type=str),
        "keep": component_spec.ExecutionParameter(type=int, optional=True),
        "grace_seconds": component_spec.ExecutionParameter(type=float),
        "labels": component_spec.ExecutionParameter(type=str),
        "origin": component_spec.ExecutionParameter(type=str),
        "accepted": component_spec.ExecutionParameter(type=str),
        "min_accuracy": component_spec.ExecutionParameter(type=float),
        "sign": component_spec.ExecutionParameter(type=str, optional=True),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "model_blessing": component_spec.ChannelParameter(
            type=standard_artifacts.ModelBlessing
        ),
        "evaluation": component_spec.ChannelParameter(
            type=standard_artifacts.ModelEvaluation
        ),
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "predictions": component_spec.ChannelParameter(type=RowPredictions),
        "statistics": component_spec.ChannelParameter(type=TextStatisticsOfSplits),
        "baseline": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {
        "pushed_model": component_spec.ChannelParameter(
            type=standard_artifacts.PushedModel
        )
    }


class Pusher(component.Pusher):
    """TFX's Pusher, with a manifest, a rehearsal, and versions that appear whole."""

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        channels: dict[str, types.BaseChannel],
        destination: str,
        push: Push,
        labels: list[str],
        recipe: Recipe,
        accepted: str,
        min_accuracy: float,
        fingerprint: str,
        allowed: Sequence[str] = (),
    ) -> None:
        """Declares the node.

        Args:
            channels: the inputs, by the names in `PusherSpec.INPUTS`.
            destination: the address above the versions.
            push: the push section.
            labels: the names of the classes, in the order of their numbers.
            recipe: the recipe of the run, for the manifest.
            accepted: the user's reason to give up a model in service that cannot be
                compared with the candidate, or fails on the rows of this run; ""
                without a reason.
            min_accuracy: the accuracy that the model in service must reach on the
                tested rows.
            fingerprint: a digest of the code that this node runs.
            allowed: operations that the configuration adds to the allow-list.
        """
        optional: dict[str, Any] = {} if push.keep is None else {"keep": push.keep}
        if push.sign:
            optional["sign"] = push.sign.model_dump_json()
        origin = {
            "recipe": recipe.digest,
            "code": recipe.code_digest,
            "versions": recipe.versions,
            **({"allowed": list(allowed)} if allowed else {}),
        }
        spec = PusherSpec(
            **channels,
            **optional,
            destination=destination,
            grace_seconds=push.grace_minutes * 60,
            labels=json.dumps(labels),
            origin=json.dumps(origin, sort_keys=True),
            accepted=accepted,
            min_accuracy=min_accuracy,
            fingerprint=fingerprint,
            pushed_model=types.Channel(type=standard_artifacts.PushedModel),
        )
        # TFX's own __init__ would build a spec with other inputs.
        base_component.BaseComponent.__init__(self, spec=spec)
