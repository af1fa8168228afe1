"""Declares the node Reporter for the graph."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.data_gate import DataVerdict
from components.predictions import RowPredictions
from components.reporter.executor import Executor
from components.text_example_gen.quarantine import Quarantine
from components.text_statistics.component import TextStatisticsOfSplits


class Report(types.Artifact):
    """The report of a run: a page, its summary, its figures, and doubtful labels.

    The files are named in `components.reporter.files`. The property `problem` says why
    something is missing.
    """

    TYPE_NAME = "components.Report"


class ReporterSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    # Few, because a workflow on a cluster contains each of them a dozen times. Not even
    # a fingerprint: each push makes a new artifact, so the node is never cached.
    PARAMETERS = {
        "pipeline": component_spec.ExecutionParameter(type=str),
        "split": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "quarantine": component_spec.ChannelParameter(type=Quarantine),
        "statistics": component_spec.ChannelParameter(type=TextStatisticsOfSplits),
        "verdict": component_spec.ChannelParameter(type=DataVerdict),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "predictions": component_spec.ChannelParameter(type=RowPredictions),
        "pushed_model": component_spec.ChannelParameter(
            type=standard_artifacts.PushedModel
        ),
    }
    OUTPUTS = {"report": component_spec.ChannelParameter(type=Report)}


class Reporter(base_component.BaseComponent):
    """Writes what people want to see of a run, after everything is decided."""

    SPEC_CLASS = ReporterSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        channels: dict[str, types.BaseChannel],
        pipeline: str,
        split: str,
    ) -> None:
        """Declares the node.

        Args:
            channels: the inputs, by the names in `ReporterSpec.INPUTS`.
            pipeline: the name of the pipeline.
            split: the name of the tested split.
        """
        super().__init__(
            spec=ReporterSpec(
                **channels,
                pipeline=pipeline,
                split=split,
                report=types.Channel(type=Report),
            )
        )
