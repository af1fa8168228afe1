"""A runner gets what it needs, and a key that it does not use is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import pipeline.configs
from newsdesk.config.beam import Beam
from newsdesk.config.load import load
from newsdesk.errors import ConfigError

SAMPLE = Path(pipeline.configs.__path__[0], "sample.toml")
PORTABLE = {"job_endpoint": "jobs:8099", "environment": "loopback"}
DATAFLOW = {
    "project": "p",
    "region": "europe-west1",
    "temp_location": "gs://b/temp",
    "image": "r/newsdesk:1",
}


def refused(values: Mapping[str, Any]) -> str:
    """The error for a beam section."""
    changes = [f"beam.{key}={value}" for key, value in values.items()]
    with pytest.raises(ConfigError) as caught:
        load(SAMPLE, changes)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.mark.parametrize("runner", ["portable", "flink", "spark"])
@pytest.mark.parametrize("missing", PORTABLE)
def test_a_job_server_needs_an_address_and_an_environment(
    runner: str, missing: str
) -> None:
    given = {key: value for key, value in PORTABLE.items() if key != missing}
    message = refused({"runner": runner, **given})
    assert f"beam.runner = '{runner}' requires beam.{missing}: " in message


@pytest.mark.parametrize("missing", DATAFLOW)
def test_dataflow_needs_a_project_a_region_a_folder_and_an_image(missing: str) -> None:
    given = {key: value for key, value in DATAFLOW.items() if key != missing}
    message = refused({"runner": "dataflow", **given})
    assert f"beam.runner = 'dataflow' requires beam.{missing}: " in message


@pytest.mark.parametrize(
    ("environment", "key"), [("external", "worker_address"), ("docker", "image")]
)
def test_an_environment_needs_its_address(environment: str, key: str) -> None:
    message = refused({"runner": "flink", **PORTABLE, "environment": environment})
    assert f"beam.environment = '{environment}' requires beam.{key}: " in message


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"runner": "flnik"}, "must be one of direct, direct_multi, portable, flink"),
        ({"runner": "direct", "workers": 2}, "choose the runner direct_multi"),
        ({"region": "x"}, "beam.region is not used by beam.runner = 'DirectRunner'"),
        (
            {"runner": "spark", **PORTABLE, "workers": 4},
            "beam.workers is not used by beam.runner = 'spark'; remove it, because",
        ),
        (
            {"runner": "flink", **PORTABLE, "job_endpoint": "http://jobs"},
            "must be a host and a port, such as flink:8099",
        ),
        ({"runner": "dataflow", **DATAFLOW, "temp_location": "s3://b"}, "gs://BUCKET"),
        (
            {"runner": "dataflow", **DATAFLOW, "service_account": "me"},
            "must be the e-mail address of a service account",
        ),
    ],
)
def test_wrong_values_are_explained(values: dict[str, Any], words: str) -> None:
    assert words in refused(values)


def test_older_configurations_still_load() -> None:
    Beam(mode="multi_processing", workers=2)
    Beam(workers=3)
    assert Beam(runner="FlinkRunner", options=["--flink_master=x:1"]).is_class
    assert Beam(runner="my.own.Runner").is_class


@pytest.mark.parametrize(
    ("values", "is_remote"),
    [
        ({}, False),
        ({"runner": "direct_multi"}, False),
        ({"runner": "flink", **PORTABLE}, False),
        ({"runner": "dataflow", **DATAFLOW}, True),
        (
            {
                "runner": "spark",
                "job_endpoint": "jobs:8099",
                "environment": "external",
                "worker_address": "localhost:50000",
            },
            True,
        ),
    ],
)
def test_only_loopback_and_direct_workers_share_this_machine(
    values: dict[str, Any], is_remote: bool
) -> None:
    assert Beam(**values).is_remote is is_remote
