"""The runner is always named, and arguments of the user come last."""

from typing import Any

import pytest
from apache_beam.options.pipeline_options import (
    DirectOptions,
    PipelineOptions,
    SetupOptions,
    StandardOptions,
    WorkerOptions,
)
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.runners.runner import create_runner
from tfx.utils import dependency_utils

from newsdesk.config.beam import Beam
from pipeline.beam import beam_args
from tests.kubeflow.beam_runners import RUNNERS


def test_the_runner_and_its_mode_are_always_named() -> None:
    options = PipelineOptions(beam_args(Beam()))
    runner = create_runner(options.view_as(StandardOptions).runner)
    assert isinstance(runner, FnApiRunner)
    assert options.view_as(DirectOptions).direct_running_mode == "in_memory"
    assert options.view_as(DirectOptions).direct_num_workers == 1


@pytest.mark.parametrize(
    "section",
    [
        Beam(runner="direct_multi", workers=2),
        Beam(mode="multi_processing", workers=2),
    ],
)
def test_two_processes_need_no_other_program(section: Beam) -> None:
    options = PipelineOptions(beam_args(section))
    runner = create_runner(options.view_as(StandardOptions).runner)
    # Beam's DirectRunner would try to download Prism.
    assert isinstance(runner, FnApiRunner)
    assert options.view_as(DirectOptions).direct_running_mode == "multi_processing"
    assert options.view_as(DirectOptions).direct_num_workers == 2


def test_without_a_number_every_core_gets_a_process() -> None:
    options = PipelineOptions(beam_args(Beam(runner="direct_multi")))
    # Beam reads 0 as the number of cores.
    assert options.view_as(DirectOptions).direct_num_workers == 0


def test_older_configurations_keep_their_arguments() -> None:
    old = beam_args(Beam(runner="DirectRunner"))
    assert old == beam_args(Beam(runner="direct")) == beam_args(Beam())


def test_arguments_of_the_user_come_last() -> None:
    args = beam_args(Beam(), ["--runner=PortableRunner"])
    assert PipelineOptions(args).view_as(StandardOptions).runner == "PortableRunner"


def test_another_runner_gets_no_direct_options() -> None:
    section = Beam(runner="FlinkRunner", options=["--flink_master=localhost:8081"])
    assert beam_args(section) == [
        "--runner=FlinkRunner",
        "--flink_master=localhost:8081",
    ]


@pytest.mark.parametrize("values", RUNNERS.values(), ids=RUNNERS)
def test_no_package_is_built_or_sent(
    values: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def build() -> str:
        raise AssertionError("TFX builds a package")

    monkeypatch.setattr(dependency_utils, "build_ephemeral_package", build)
    args = beam_args(Beam(**values))
    assert dependency_utils.make_beam_dependency_flags(args) == args
    setup = PipelineOptions(args).view_as(SetupOptions)
    assert not setup.save_main_session and not setup.extra_packages
    assert PipelineOptions(args).view_as(WorkerOptions).sdk_container_image
