"""Declares the node BulkInferrer for the graph."""

from typing import Any

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.bulk_inferrer.executor import Executor
from newsdesk.config.score import Score


class BulkInferrerSpec(component_spec.ComponentSpec):
    """Parameters and outputs of the node; the output is named as TFX's."""

    PARAMETERS = {
        "score": component_spec.ExecutionParameter(type=str),
        "destination": component_spec.ExecutionParameter(type=str),
        "answer_fn": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {
        "inference_result": component_spec.ChannelParameter(
            type=standard_artifacts.InferenceResult
        )
    }


class BulkInferrer(base_beam_component.BaseBeamComponent):
    """Answers new rows with the model in service."""

    SPEC_CLASS = BulkInferrerSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(self, score: Score, destination: str, answer_fn: str) -> None:
        """Declares the node.

        Args:
            score: the score section.
            destination: the address above the versions.
            answer_fn: the dotted name of the function that answers files.
        """
        super().__init__(
            BulkInferrerSpec(
                score=score.model_dump_json(),
                destination=destination,
                answer_fn=answer_fn,
                inference_result=types.Channel(type=standard_artifacts.InferenceResult),
            )
        )
