"""A cluster would accept the manifests that kustomize builds."""

import copy
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

import manifests
from lane import InstallError


@pytest.fixture(scope="module")
def tools() -> tuple[str, str]:
    """The paths of kustomize and of Kubernetes' schemas."""
    file, folder = manifests.kustomize_file(), manifests.schema_folder()
    if not os.path.exists(file) or not os.path.exists(folder):
        pytest.skip(
            "kustomize or the schemas are missing; `make manifests` brings them"
        )
    return file, folder


def _built(tool: str, folder: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(manifests.build(tool, folder)))


@pytest.mark.slow
@pytest.mark.parametrize("folder", manifests.FOLDERS)
def test_a_cluster_would_accept_the_manifests(
    tools: tuple[str, str], folder: str
) -> None:
    """Custom resources are checked with the schemas of scripts/custom_kinds.py."""
    documents = _built(tools[0], folder)
    manifests.validate(documents, tools[1])
    for one in documents:
        assert one["metadata"]["namespace"] == "newsdesk"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "kind", "path"),
    [
        (".", "PersistentVolumeClaim", ("spec", "accessMode")),
        (".", "NetworkPolicy", ("spec", "egress", 0, "port")),
        ("flink", "FlinkDeployment", ("spec", "jobManager", "sidecars")),
        ("serving", "InferenceService", ("spec", "predictor", "replicas")),
        ("serving", "InferenceService", ("spec", "predictor", "model", "uri")),
        ("training", "TFJob", ("spec", "runPolicy", "cleanPods")),
        (
            "training",
            "TFJob",
            ("spec", "tfReplicaSpecs", "Worker", "template", "spec", "volume"),
        ),
    ],
)
def test_a_field_that_does_not_exist_is_refused(
    tools: tuple[str, str], folder: str, kind: str, path: tuple[Any, ...]
) -> None:
    (found,) = (one for one in _built(tools[0], folder) if one["kind"] == kind)
    wrong = copy.deepcopy(found)
    place: Any = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = "x"
    with pytest.raises(manifests.ManifestError, match=f"{kind}/.*'{path[-1]}'"):
        manifests.validate([wrong], tools[1])


@pytest.mark.slow
def test_secrets_have_the_names_that_the_configuration_uses(
    tools: tuple[str, str],
) -> None:
    names = {one["metadata"]["name"] for one in _built(tools[0], "secrets")}
    assert names == {"newsdesk-store", "newsdesk-serving-store", "newsdesk-webhook"}


def test_without_go_the_error_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "TOOLS", str(tmp_path))
    with pytest.raises(InstallError, match="go is missing, which builds kustomize"):
        manifests.kustomize({"PATH": str(tmp_path)})
