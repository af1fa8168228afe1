"""Declares the node TextStatistics for the graph."""

import json
from collections.abc import Sequence
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.text_statistics.executor import Executor


class TextStatisticsOfSplits(types.Artifact):
    """A folder of JSON files with the counts of every split.

    They are `statistics.json`, `conflicts.json`, `slices.json` and `lengths.json`.
    """

    TYPE_NAME = "components.TextStatistics"


class TextStatisticsSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "counter": component_spec.ExecutionParameter(type=str),
        "settings": component_spec.ExecutionParameter(type=str),
        "slice_columns": component_spec.ExecutionParameter(type=str, optional=True),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "baseline": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {"statistics": component_spec.ChannelParameter(TextStatisticsOfSplits)}


class TextStatistics(base_beam_component.BaseBeamComponent):
    """Counts the values that the data rules check."""

    SPEC_CLASS = TextStatisticsSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        baseline: types.BaseChannel,
        counter: str,
        settings: dict[str, Any],
        fingerprint: str,
        slice_columns: Sequence[str] = (),
    ) -> None:
        """Declares the node.

        Args:
            examples: raw examples.
            baseline: the model in service, whose vocabulary is used if there is no
                other; the channel may be empty.
            counter: dotted name of a class like `trainer.counting.Counter`.
            settings: the first argument of its constructor.
            fingerprint: a digest of the code and files that the result depends on.
            slice_columns: columns whose values are counted one by one.
        """
        super().__init__(
            spec=TextStatisticsSpec(
                examples=examples,
                baseline=baseline,
                counter=counter,
                settings=json.dumps(settings, sort_keys=True),
                slice_columns=json.dumps(list(slice_columns)),
                fingerprint=fingerprint,
                statistics=types.Channel(type=TextStatisticsOfSplits),
            )
        )
