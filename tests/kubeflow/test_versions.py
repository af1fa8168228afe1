"""Pipelines are sent only to versions of Kubeflow Pipelines that accept them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline.configs
from kubeflow.cluster import submit, versions
from kubeflow.cluster.client import connected
from kubeflow.compile import compiler as compiling
from kubeflow.compile.platform_spec import platform_spec
from newsdesk.config.cluster import Kubeflow
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ClusterError
from tests.e2e.kfp.engine import WRITABLE
from tests.kubeflow.kfp_versions import TABLE, VERSIONS, refused
from tests.kubeflow.test_compile import sample
from tests.support.kfp.server import Refused, Server

PRESETS = sorted(Path(pipeline.configs.__path__[0]).glob("*.toml"))
ROOT = Path(pipeline.configs.__path__[0]).parents[1]
FULL = (
    "kubeflow.defaults.cache=true",
    "kubeflow.root=s3://runs/sample",
    'kubeflow.schedule={cron = "0 0 3 * * *"}',
)


@pytest.fixture(scope="module")
def compiled() -> dict[str, str]:
    """Compiled pipelines with, and without, the features that some versions refuse."""
    plain = compiling.compile(_silent(sample(*FULL)))
    hardened = _silent(sample("kubeflow.hardened=true", *FULL))
    return {
        "plain": plain,
        "notify": compiling.compile(sample(*FULL)),
        "hardened": compiling.compile(hardened),
        # An older form: 2.14 refuses it at submit, and in 2.5 every pod fails.
        "optional": re.sub(
            "( +)secretName: ", r"\1optional: false\n\1secretName: ", plain
        ),
    }


def _silent(config: Config) -> Config:
    """The configuration without output.notify."""
    output = config.output.model_copy(update={"notify": None})
    return config.model_copy(update={"output": output})


def _server(version: str) -> versions.Server:
    found = versions.version_in(TABLE["versions"][version]["health"])
    assert found
    return found


def test_the_supported_range_is_that_of_the_table() -> None:
    assert f"{versions.OLDEST[0]}.{versions.OLDEST[1]}" == VERSIONS[0]
    assert f"{versions.NEWEST[0]}.{versions.NEWEST[1]}" == VERSIONS[-1]


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS, ids=lambda file: file.stem)
def test_every_version_accepts_every_preset(preset: Path, tmp_path: Path) -> None:
    settings = [
        "kubeflow.image=newsdesk",
        "push.destination=s3://models/x",
        f'kubeflow.addresses={{"{ROOT}" = "s3://here"}}',
    ]
    documents = list(yaml.safe_load_all(compiling.compile(load(preset, settings))))
    for version in VERSIONS:
        assert refused(documents, version) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "refusing", "field"),
    [
        ("plain", [], ""),
        ("notify", ["2.5"], "taskFinalStatus"),
        ("optional", ["2.5", "2.14"], "optional"),
        ("hardened", ["2.5", "2.14", "2.15"], "securityContext"),
    ],
)
def test_a_pipeline_is_not_sent_to_a_version_that_refuses_it(
    compiled: dict[str, str], name: str, refusing: list[str], field: str
) -> None:
    documents = list(yaml.safe_load_all(compiled[name]))
    for version in VERSIONS:
        lines = refused(documents, version)
        assert bool(lines) == (version in refusing), lines
        assert all(f"{field}: unknown field" in line for line in lines)
        reason = versions.refusal(_server(version), compiled[name])
        # The health of images of 2.15 is the same as that of 2.14.
        expected = version in refusing or (version == "2.15" and name == "optional")
        assert (f"does not accept {field}" in (reason or "")) == expected


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("2.5", "2.5 or older"),
        ("2.14", "2.14 or 2.15"),
        ("2.15", "2.14 or 2.15"),
        ("2.16", "2.16.1"),
        ("2.17", "2.17.0"),
    ],
)
def test_the_version_is_found_in_the_health_report(version: str, name: str) -> None:
    assert _server(version).name == name


def test_a_build_from_a_branch_has_no_version() -> None:
    assert versions.version_in({"tag_name": "master-55ec846"}) is None


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("2.3.0", "Kubeflow Pipelines 2.3.0 is too old; upgrade it to 2.5 or newer"),
        ("v2.18.0", 'v2.18.0 is newer than 2.17, .* kubeflow.server_version = "2.17"'),
        ("3.0.0", "3.0.0 is newer than 2.17"),
    ],
)
def test_a_version_out_of_range_is_refused_before_anything_is_sent(
    client: Any, config: Config, server: Server, spec: str, tag: str, said: str
) -> None:
    server.health["tag_name"] = tag
    with pytest.raises(ClusterError, match=said):
        submit.upload(client, config, spec)
    assert server.requests == ["GET /healthz"]


def test_a_feature_is_refused_with_the_setting_to_change(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    server.health = TABLE["versions"]["2.5"]["health"]
    submit.upload(client, config, spec)
    notifying = f"{spec}---\nstatus: {{taskFinalStatus: {{producerTask: first}}}}\n"
    with pytest.raises(ClusterError, match="leave output.notify out, or upgrade"):
        submit.upload(client, config, notifying)


def test_the_configuration_may_set_the_version(
    configured: Callable[..., Config], server: Server, spec: str
) -> None:
    server.health["tag_name"] = "2.18.0"
    config = configured(server_version="2.17")
    with connected(config.kubeflow) as client:
        submit.upload(client, config, spec)
    assert "GET /healthz" not in server.requests


def test_a_gateway_that_forbids_the_health_report_does_not_stop_a_run(
    client: Any, config: Config, server: Server, spec: str
) -> None:
    server.refusals["GET /healthz"] = Refused(403, "forbidden")
    assert submit.upload(client, config, spec).version


def test_hardened_pods_refuse_root_and_can_write_to_their_scratch_folders() -> None:
    settings = Kubeflow(hardened=True, volumes={"/tmp": "scratch"})
    for one in _executors(settings, {"Trainer": "exec-trainer", "Notify": "exec-x"}):
        assert one["securityContext"] == {"runAsNonRoot": True}
        (home,) = one["emptyDirMounts"]
        # A second mount at /tmp would make the pod invalid.
        assert home["mountPath"] == "/home/newsdesk"


def test_the_scratch_folders_are_those_of_make_kfp_e2e() -> None:
    (one,) = _executors(Kubeflow(hardened=True), {"Trainer": "exec-trainer"})
    folders = {mount["mountPath"] for mount in one["emptyDirMounts"]}
    assert folders == set(WRITABLE)
    assert "HOME=/home/newsdesk" in (ROOT / "kubeflow" / "Dockerfile").read_text()


def test_the_guide_names_the_versions_of_the_table() -> None:
    guide = (ROOT / "kubeflow" / "README.md").read_text()
    for version in TABLE["versions"].values():
        assert version["tag"] in guide


def _executors(settings: Kubeflow, names: dict[str, str]) -> list[Any]:
    platform = platform_spec(settings, names)["platforms"]["kubernetes"]
    return list(platform["deploymentSpec"]["executors"].values())
