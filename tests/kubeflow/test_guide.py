"""The configuration in the guide to a cluster compiles and fits the manifests."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import tomlkit
import yaml

import pipeline.configs
from kubeflow.compile import compiler as compiling
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from tests.kubeflow.test_manifests import FOLDER, ROOT, of

GUIDE = ROOT / "kubeflow" / "README.md"


@pytest.fixture
def guided(tmp_path: Path) -> Callable[..., Config]:
    """The sample's configuration with the settings of the guide."""

    def configure(*changes: str) -> Config:
        (block,) = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
        configs = pipeline.configs.__path__[0]
        sample = Path(configs, "sample.toml").read_text()
        file = tmp_path / "newsdesk.toml"
        # Paths in the sample are relative to its own folder.
        file.write_text(sample.replace('"../', f'"{configs}/../') + block)
        return load(file, changes)

    return configure


def test_the_guide_configures_what_the_manifests_create(
    guided: Callable[..., Config],
) -> None:
    config = guided()
    settings = config.kubeflow
    assert settings.service_account in of("ServiceAccount")
    assert set(settings.volumes.values()) == set(of("PersistentVolumeClaim"))
    generated = yaml.safe_load((FOLDER / "secrets/kustomization.yaml").read_text())
    keys = {
        one["name"]: {
            line.partition("=")[0]
            for env in one["envs"]
            for line in (FOLDER / f"secrets/{env}.example").read_text().splitlines()
        }
        for one in generated["secretGenerator"]
    }
    for secret in settings.secrets.values():
        assert secret.key in keys[secret.name]
    served = of("InferenceService")["newsdesk"]["spec"]["predictor"]["model"]
    assert served["storageUri"] == config.serving
    project = tomlkit.parse((ROOT / "pyproject.toml").read_text()).unwrap()["project"]
    assert settings.image is not None
    assert settings.image.endswith(f"/{project['name']}:{project['version']}")


@pytest.mark.slow
def test_the_guide_can_be_compiled(guided: Callable[..., Config]) -> None:
    spec, platform = yaml.safe_load_all(compiling.compile(guided()))
    assert "newsdesk-checkpoints" in str(platform)
    assert spec["pipelineInfo"]["name"] == "sample"


@pytest.mark.slow
def test_several_gpus_of_one_pod_are_configuration(
    guided: Callable[..., Config],
) -> None:
    changes = ('kubeflow.nodes={"Trainer" = {gpus = 4}}', "train.strategy=mirrored")
    spec, _ = yaml.safe_load_all(compiling.compile(guided(*changes)))
    container = spec["deploymentSpec"]["executors"]["exec-trainer"]["container"]
    assert container["resources"]["accelerator"]["count"] == "4"
    variables = {one["name"] for one in container.get("env", ())}
    assert not {"CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"} & variables
    nodes = spec["components"]["comp-nodes"]["dag"]["tasks"]
    parameters = nodes["trainer"]["inputs"]["parameters"]
    custom = json.loads(parameters["custom_config"]["runtimeValue"]["constant"])
    assert custom["train"]["strategy"] == "mirrored"


def test_multi_worker_in_one_pod_is_refused(guided: Callable[..., Config]) -> None:
    with pytest.raises(ConfigError, match=r"train\.strategy: .* mirrored"):
        compiling.compile(guided("train.strategy=multi_worker"))
