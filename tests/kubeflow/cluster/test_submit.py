"""Tests uploading a pipeline, starting a run and waiting for it."""

from collections.abc import Callable
from typing import Any

import pytest
from kfp import components

from kubeflow.cluster import submit
from kubeflow.cluster.client import address
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from tests.support.kfp.server import Server


def test_the_pipeline_of_these_tests_is_valid(spec: str) -> None:
    loaded = components.load_component_from_text(spec)
    assert set(loaded.component_spec.inputs) == {"interval", "epochs"}


def test_a_pipeline_is_uploaded_once(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    first = submit.upload(client, config, spec)
    assert submit.upload(client, config, spec) == first
    (pipeline,) = server.of("pipelines")
    assert pipeline.display_name == "desks"
    (version,) = server.of("versions")
    assert (version.display_name, version.pipeline_id) == (first.name, first.pipeline)
    assert version.pipeline_spec["content"] == spec


def test_a_changed_pipeline_is_a_new_version(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    first = submit.upload(client, config, spec)
    second = submit.upload(client, config, spec + "# changed\n")
    assert second.pipeline == first.pipeline
    assert second.version != first.version


def test_a_run_is_in_the_experiment_and_has_its_parameters(
    client: Any, configured: Callable[..., Config], server: Server, spec: str
) -> None:
    config = configured(experiment="night", service_account="trainer")
    uploaded = submit.upload(client, config, spec)
    run = submit.start(client, config, uploaded, {"epochs": 2})
    (kept,) = server.of("runs")
    assert kept.run_id == run.run_id
    assert kept.runtime_config.parameters == {"epochs": 2}
    assert kept.service_account == "trainer"
    assert kept.pipeline_version_reference.pipeline_version_id == uploaded.version
    assert [one.display_name for one in server.of("experiments")] == ["night"]
    assert address(config.kubeflow, f"runs/details/{run.run_id}") == (
        f"{server.host}/#/runs/details/{run.run_id}"
    )


def test_waiting_ends_with_the_run(
    client: Any,
    config: Config,
    server: Server,
    spec: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = submit.start(client, config, submit.upload(client, config, spec), {})
    kept = server.entries["runs"][run.run_id]
    monkeypatch.setattr(
        "kubeflow.cluster.submit.time.sleep",
        lambda seconds: server.end(kept, "SUCCEEDED"),
    )
    assert submit.wait(client, run.run_id).state == "SUCCEEDED"


def test_unknown_parameters_are_refused_before_anything_is_sent(spec: str) -> None:
    with pytest.raises(
        ConfigError, match="epoch; its parameters are: epochs, interval"
    ):
        submit.check(spec, {"epoch": 2})


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "pipelineInfo: {name: x}"])
def test_a_file_that_is_not_a_compiled_pipeline_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a compiled pipeline"):
        submit.check(text, {})
