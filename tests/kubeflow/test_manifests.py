"""Tests the manifests as they are written: rights, network rules and secrets."""

import copy
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomlkit
import yaml

import custom_kinds
import manifests
import pipeline.configs
from newsdesk.config.environment import CHECKPOINTS_VARIABLE
from newsdesk.config.load import load
from tests.kubeflow.beam_runners import RUNNERS
from trainer.training.job import JOB_VARIABLE

ROOT = Path(manifests.ROOT)
FOLDER = ROOT / "kubeflow" / "manifests"
GUIDE = ROOT / "kubeflow" / "README.md"
PLACEHOLDER = "replace-me"


def _documents() -> Iterator[dict[str, Any]]:
    for file in sorted(FOLDER.rglob("*.yaml")):
        yield from yaml.safe_load_all(file.read_text())


DOCUMENTS = list(_documents())


def of(kind: str) -> dict[str, Any]:
    """The manifests of a kind, by their names."""
    found = (one for one in DOCUMENTS if one["kind"] == kind)
    return {one["metadata"]["name"]: one for one in found}


def _below(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a manifest."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from _below(inner)


def _pods() -> dict[str, dict[str, Any]]:
    """The specifications of all pods, by a name."""
    replicas = of("TFJob")["newsdesk-training"]["spec"]["tfReplicaSpecs"]
    pods = {kind: one["template"]["spec"] for kind, one in replicas.items()}
    predictor = of("InferenceService")["newsdesk"]["spec"]["predictor"]
    pods["Predictor"] = {**predictor, "containers": [predictor["model"]]}
    return pods


PODS = _pods()


def test_roles_are_for_one_namespace_and_list_what_they_allow() -> None:
    assert not [one for one in DOCUMENTS if one["kind"].startswith("Cluster")]
    assert len(of("Role")) == 3
    for role in of("Role").values():
        for rule in role["rules"]:
            words = rule["apiGroups"] + rule["resources"] + rule["verbs"]
            assert not [word for word in words if "*" in word]
            if {"configmaps", "secrets"} & set(rule["resources"]):
                assert rule["verbs"] == ["get"] and rule["resourceNames"]


def test_the_runner_can_change_only_results() -> None:
    given = {
        (resource, verb)
        for rule in of("Role")["newsdesk-runner"]["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        if verb not in ("get", "list", "watch")
    }
    assert given == {
        ("workflowtaskresults", "create"),
        ("workflowtaskresults", "patch"),
        ("workflowtasksets/status", "patch"),
    }


def test_every_role_is_bound_to_the_account_with_its_name() -> None:
    for name, binding in of("RoleBinding").items():
        assert binding["roleRef"]["name"] == name
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": name}]
        assert name in of("Role") and name in of("ServiceAccount")


def test_the_manifests_contain_no_secret() -> None:
    assert not of("Secret")
    examples = sorted(FOLDER.rglob("*.env.example"))
    assert len(examples) == 3
    for example in examples:
        for line in example.read_text().splitlines():
            assert PLACEHOLDER in line.partition("=")[2]
    assert "/kubeflow/manifests/secrets/*.env" in (ROOT / ".gitignore").read_text()


def test_the_image_contains_no_manifest_and_no_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored.index("kubeflow/manifests") > ignored.index("!kubeflow")
    project = tomlkit.parse((ROOT / "pyproject.toml").read_text()).unwrap()
    found = project["tool"]["setuptools"]["packages"]["find"]
    assert "kubeflow*" in found["include"]
    # A folder without an __init__.py is not a package, so it is not installed.
    assert not found["namespaces"] and not list(FOLDER.rglob("*.py"))


@pytest.mark.parametrize("name", PODS)
def test_pods_have_no_rights_that_they_do_not_need(name: str) -> None:
    pod = PODS[name]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for kind in ("requests", "limits"):
        assert {"cpu", "memory"} <= set(container["resources"][kind])


def test_the_manifests_name_the_image_that_is_built_here() -> None:
    project = tomlkit.parse((ROOT / "pyproject.toml").read_text()).unwrap()["project"]
    training = yaml.safe_load((FOLDER / "training/kustomization.yaml").read_text())
    (image,) = training["images"]
    tag = f"{project['version']}-gpu"
    assert image == {"name": project["name"], "newTag": tag}
    for name in ("Chief", "Worker"):
        assert PODS[name]["containers"][0]["image"] == project["name"]


def test_all_manifests_have_one_namespace() -> None:
    found = {one["namespace"] for one in DOCUMENTS if one["kind"] == "Kustomization"}
    assert found == {"newsdesk"}
    named = (one.get("metadata", {}).get("namespace") for one in DOCUMENTS)
    assert not [name for name in named if name]


def test_every_manifest_is_part_of_a_kustomization() -> None:
    for folder in manifests.FOLDERS:
        place = FOLDER / folder
        kustomization = yaml.safe_load((place / "kustomization.yaml").read_text())
        files = {file.name for file in place.glob("*.yaml")} - {"kustomization.yaml"}
        assert set(kustomization.get("resources", ())) == files


def test_pods_accept_connections_only_on_the_ports_that_they_serve() -> None:
    policies = {name: one["spec"] for name, one in of("NetworkPolicy").items()}
    for one in policies.values():
        assert one["policyTypes"] == ["Ingress", "Egress"]
        # A rule without ports, or with an open range, would allow all ports.
        assert all(rule.get("to") for rule in one["egress"])
    assert policies["newsdesk-pipeline"]["ingress"] == []
    assert policies["newsdesk-serving"]["ingress"] == [
        {"ports": [{"protocol": "TCP", "port": 8080}]}
    ]
    (rule,) = policies["newsdesk-training"]["ingress"]
    selector = policies["newsdesk-training"]["podSelector"]
    assert rule == {"from": [{"podSelector": selector}]}
    replicas = of("TFJob")["newsdesk-training"]["spec"]["tfReplicaSpecs"]
    for replica in replicas.values():
        labels = replica["template"]["metadata"]["labels"]
        assert selector["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("network.yaml")), ids=str)
def test_pods_may_ask_the_dns_cache_on_their_node(file: Path) -> None:
    (policy,) = yaml.safe_load_all(file.read_text())
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    (rule,) = (one for one in policy["spec"]["egress"] if one.get("ports") == ports)
    # The address of NodeLocal DNSCache on every node.
    assert {"ipBlock": {"cidr": "169.254.20.10/32"}} in rule["to"]


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("network.yaml")), ids=str)
def test_commented_rules_are_valid_without_the_comment_signs(file: Path) -> None:
    text = file.read_text()
    (policy,) = yaml.safe_load_all(text)
    rules = {str(one) for one in policy["spec"]["egress"]}
    option = re.compile(r"^( +)# ((- |  +)\S.*)$", re.MULTILINE)
    (changed,) = yaml.safe_load_all(option.sub(r"\1\2", text))
    added = [one for one in changed["spec"]["egress"] if str(one) not in rules]
    assert len(added) >= 4
    assert all(one["to"] and one["ports"] for one in added)
    addresses = str(changed)
    for address in ("169.254.169.252", "169.254.170.23", "169.254.169.254"):
        assert address in addresses and address not in str(policy)


def test_the_deployment_mode_has_the_name_that_kserve_keeps() -> None:
    """KServe 0.16.0 writes Standard into the status and refuses other annotations.

    pkg/controller/v1beta1/inferenceservice/utils/utils.go (GetDeploymentMode) and
    pkg/apis/serving/v1beta1/inference_service_validation.go (validateDeploymentMode).
    """
    service = of("InferenceService")["newsdesk"]
    mode = service["metadata"]["annotations"]["serving.kserve.io/deploymentMode"]
    renamed = {"RawDeployment": "Standard", "Serverless": "Knative"}
    assert renamed.get(mode, mode) == mode


def test_the_store_has_one_address_everywhere() -> None:
    generated = yaml.safe_load((FOLDER / "secrets/kustomization.yaml").read_text())
    (endpoint,) = (
        one["options"]["annotations"]["serving.kserve.io/s3-endpoint"]
        for one in generated["secretGenerator"]
        if "options" in one
    )
    # manifests/kustomize/third-party/seaweedfs of kubeflow/pipelines 2.16.1 and 2.17.0.
    assert endpoint == "seaweedfs.kubeflow:9000"
    assert f'"http://{endpoint}"' in GUIDE.read_text()


def test_the_guide_labels_the_namespace_that_the_store_admits() -> None:
    # seaweedfs-networkpolicy.yaml of kubeflow/pipelines 2.15.0 to 2.17.0.
    label = "app.kubernetes.io/part-of=kubeflow-profile"
    assert f"kubectl label namespace newsdesk {label}" in GUIDE.read_text()


def _flink() -> dict[str, Any]:
    spec: dict[str, Any] = of("FlinkDeployment")["newsdesk-beam"]["spec"]
    return spec


def test_flink_has_a_job_server_and_a_pool_beside_each_task_manager() -> None:
    jobs, tasks = custom_kinds.parts(of("FlinkDeployment")["newsdesk-beam"])
    server, pool = (pod["spec"]["containers"][1] for pod in (jobs, tasks))
    (service,) = (one["spec"] for one in of("Service").values())
    opened = {port["containerPort"] for port in server["ports"]}
    assert {port["port"] for port in service["ports"]} == opened == {8098, 8099}
    assert pool["image"] == "newsdesk"
    module, port = pool["command"][2:]
    assert importlib.util.find_spec(module)
    assert port == "--service_port=50000"
    section = RUNNERS["flink"]
    assert section["worker_address"] == "localhost:50000"
    name, _, rest = section["job_endpoint"].partition(".")
    assert name in of("Service") and rest == "newsdesk:8099"


def test_flink_has_the_beam_of_the_image() -> None:
    server = _flink()["jobManager"]["podTemplate"]["spec"]["containers"][1]
    flink, beam = re.fullmatch(
        r"apache/beam_flink(.+)_job_server:(.+)", server["image"]
    ).groups()  # type: ignore[union-attr]
    assert _flink()["image"] == f"flink:{flink}"
    assert _flink()["flinkVersion"] == "v" + flink.replace(".", "_")
    lock = tomlkit.parse((ROOT / "uv.lock").read_text()).unwrap()["package"]
    assert beam in {one["version"] for one in lock if one["name"] == "apache-beam"}


def test_flink_s_pods_have_no_rights_that_they_do_not_need() -> None:
    for pod in custom_kinds.parts(of("FlinkDeployment")["newsdesk-beam"]):
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] > 0
        for one in pod["spec"]["containers"]:
            assert one["securityContext"]["allowPrivilegeEscalation"] is False
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        for one in pod["spec"]["containers"][1:]:
            assert set(one["resources"]) == {"requests", "limits"}


def test_an_unknown_field_of_a_flink_deployment_is_refused() -> None:
    wrong = copy.deepcopy(of("FlinkDeployment")["newsdesk-beam"])
    custom_kinds.check(wrong)
    wrong["spec"]["taskManager"]["sidecars"] = []
    with pytest.raises(jsonschema.ValidationError, match="'sidecars'"):
        custom_kinds.check(wrong)


def test_workers_wait_for_the_file_that_the_chief_writes() -> None:
    chief, worker = (PODS[name]["containers"][0] for name in ("Chief", "Worker"))
    written = {one["name"]: one.get("value") for one in chief["env"]}
    waited = {one["name"]: one.get("value") for one in worker["env"]}
    assert worker["command"][:4] == ["python", "-m", "trainer.process", "--wait"]
    assert worker["command"][4] == written[JOB_VARIABLE]
    # The operator knows the container and its port by these names.
    for one in (chief, worker):
        assert one["name"] == "tensorflow"
        assert [port["name"] for port in one["ports"]] == ["tfjob-port"]
    changes = [word.removeprefix("--set=") for word in chief["command"][3:]]
    config = load(Path(pipeline.configs.__path__[0], "sample.toml"), changes)
    assert config.train.strategy == "multi_worker"
    assert str(config.checkpoints) == waited[CHECKPOINTS_VARIABLE]
    mounted = {one["mountPath"] for one in worker["volumeMounts"]}
    assert "/checkpoints" in mounted and str(config.root).startswith("/checkpoints/")
