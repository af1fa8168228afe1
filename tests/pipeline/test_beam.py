"""The runner is always named, and arguments of the user come last."""

from apache_beam.options.pipeline_options import (
    DirectOptions,
    PipelineOptions,
    StandardOptions,
)
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import create_runner

from newsdesk.config.sections import Beam
from pipeline.beam import beam_args


def test_the_runner_and_its_mode_are_always_named() -> None:
    options = PipelineOptions(beam_args(Beam()))
    runner = create_runner(options.view_as(StandardOptions).runner)
    assert isinstance(runner, FnApiRunner)
    assert options.view_as(DirectOptions).direct_running_mode == "in_memory"


def test_workers_reach_beam() -> None:
    options = PipelineOptions(beam_args(Beam(mode="multi_processing", workers=2)))
    # The FnApiRunner does not pass the options to other processes.
    assert options.view_as(StandardOptions).runner == "DirectRunner"
    assert options.view_as(DirectOptions).direct_num_workers == 2


def test_arguments_of_the_user_come_last() -> None:
    args = beam_args(Beam(), ["--runner=PortableRunner"])
    assert PipelineOptions(args).view_as(StandardOptions).runner == "PortableRunner"


def test_another_runner_gets_no_direct_options() -> None:
    section = Beam(runner="FlinkRunner", options=["--flink_master=localhost:8081"])
    assert beam_args(section) == [
        "--runner=FlinkRunner",
        "--flink_master=localhost:8081",
    ]
