"""The kubeflow section: valid values, and the settings of each node."""

from pathlib import Path
from typing import Any

import pytest

from newsdesk.config.cluster import Kubeflow, Schedule
from newsdesk.config.load import load
from newsdesk.errors import ConfigError
from tests.newsdesk.config.test_load import GOOD


def _kubeflow(**values: Any) -> Kubeflow:
    return Kubeflow.model_validate(values)


def test_settings_of_a_node_override_defaults_and_built_in_values() -> None:
    kubeflow = _kubeflow(
        defaults={"cpu": "3", "retries": 5, "environment": {"A": "1", "B": "1"}},
        nodes={"Trainer": {"cpu": "8", "environment": {"B": "2"}}},
    )
    trainer, gate = kubeflow.node("Trainer"), kubeflow.node("DataGate")
    assert (trainer.cpu, trainer.retries, trainer.memory) == ("8", 5, "8Gi")
    assert trainer.environment == {"A": "1", "B": "2"}
    assert (gate.cpu, gate.retries, gate.memory) == ("3", 5, "2Gi")
    assert _kubeflow().node("Trainer").timeout_minutes == 24 * 60


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("kubeflow.schedule.cron='0 3 * * *'", "needs six fields"),
        ("kubeflow.schedule={}", "needs either cron or every_minutes"),
        (
            "kubeflow.schedule={cron='0 0 3 * * *', every_minutes=5}",
            "needs either cron or every_minutes",
        ),
        (
            "kubeflow.schedule={every_minutes=5, time_zone='Mars/Olympus'}",
            "is not a time zone; use an IANA name",
        ),
        (
            "kubeflow.schedule={cron='0 0 3 * * *', time_zone='Europe/Berlin'}",
            "reads it by its controller's clock, UTC",
        ),
        (
            "kubeflow.schedule={every_minutes=5, start=2026-01-02T00:00:00Z, "
            "end=2026-01-01T00:00:00Z}",
            "ends before it starts",
        ),
        (
            "kubeflow.schedule={every_minutes=5, catchup=true}",
            "with catchup needs a start",
        ),
        ("kubeflow.schedule.crom='0 0 3 * * *'", "did you mean 'cron'"),
        ("kubeflow.nodes.Trainer.cpus='2'", "did you mean 'cpu'"),
        (
            "kubeflow.nodes.Evaluator.gpus=1",
            "nodes.Evaluator.gpus: only Tuner, Trainer, Predictions and "
            "BulkInferrer use GPUs",
        ),
        ("kubeflow.nodes.Tranier.cpu='2'", "must be one of TextExampleGen, Import"),
        ("kubeflow.defaults.gpus=1", "would give every node a GPU"),
        ("kubeflow.defaults.memory='much'", "must be an amount of memory, such"),
        ("kubeflow.defaults.environment.S3_SECRET_KEY='x'", "sounds like a secret"),
        ("kubeflow.volumes={'data'='claim'}", "not an absolute path"),
        ("kubeflow.volumes={'/data'='claim.v2'}", "but no dots; create a claim"),
        ("kubeflow.volumes={'/data'='Claim'}", "at most 63 lower-case"),
        ("kubeflow.volumes={'/data'='gcs-scratch'}", "Pipelines adds to every pod"),
        ("kubeflow.volumes={'/data/'='claim'}", "without a slash at its end"),
        ("kubeflow.volumes={'/da:ta'='claim'}", "without `:`"),
        ("kubeflow.volumes={'/minio'='claim'}", "choose another folder"),
        ("kubeflow.namespace='a.b'", "at most 63 lower-case"),
        ("kubeflow.service_account='a..b'", "separated by single dots"),
        ("kubeflow.secrets.KEY={name='a.-b', key='k'}", "separated by single dots"),
        ("kubeflow.secrets.KEY={name='a', key='..k'}", "not a key that a Secret can"),
        ("kubeflow.nodes.Trainer={gpus=1, gpu_type='gpu'}", "write DOMAIN/NAME"),
        (
            "kubeflow.nodes.Trainer.backoff_factor=1.5",
            "nodes.Trainer.backoff_factor=1.5: is not a whole number.*use 1",
        ),
        (
            "kubeflow.nodes.Trainer={retries=20, backoff_factor=2}",
            "nodes.Trainer: the pauses before its retries add up to 62,914,500",
        ),
        ("kubeflow.nodes.Trainer.timeout_minutes=40000000", "must be at most 527040"),
        (
            "kubeflow.nodes.Trainer.backoff_max_seconds=600",
            "nodes.Trainer.backoff_max_seconds=600: was removed.*delete it",
        ),
        (
            "kubeflow.defaults.backoff_max_seconds=600",
            "defaults.backoff_max_seconds=600: was removed.*delete it",
        ),
        ("kubeflow.host='cluster'", "must be an address that begins with http"),
        ("kubeflow.token='x'", "unknown key"),
    ],
)
def test_invalid_settings_are_refused_with_their_key(
    tmp_path: Path, values: str, told: str
) -> None:
    file = tmp_path / "newsdesk.toml"
    file.write_text(GOOD)
    with pytest.raises(ConfigError, match=told) as raised:
        load(file, [values])
    assert "kubeflow" in str(raised.value)


def test_names_that_kubernetes_accepts_are_accepted() -> None:
    kubeflow = _kubeflow(
        namespace="team-a",
        service_account="runner.v2",
        volumes={"/checkpoints": "claim-2", "/data/news": "rows"},
        secrets={"KEY": {"name": "store.v2", "key": "tls.crt"}},
        nodes={"Trainer": {"gpus": 1, "gpu_type": "nvidia.com/mig-1g.5gb"}},
        defaults={"backoff_factor": 2.0},
    )
    assert kubeflow.node("Trainer").pauses == [60, 120]


def test_cron_is_read_by_the_clock_of_the_controller() -> None:
    schedule = Schedule(
        cron="0 0 3 * * *",
        time_zone="Europe/Berlin",
        controller_time_zone="Europe/Berlin",
    )
    assert schedule.zone.key == "Europe/Berlin"
    assert not schedule.catchup
    assert schedule.max_concurrency == 1
