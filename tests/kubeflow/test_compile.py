"""Tests the content of the compiled pipeline, and refused configurations."""

import json
import re
from pathlib import Path
from typing import Any

import kfp.components
import pytest
import yaml

import pipeline.configs
from kubeflow.compile import compiler as compiling
from kubeflow.compile.tasks import kebab, node_of
from newsdesk.config.load import load
from newsdesk.config.score import Score
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.nodes import NODES
from tests.support.kfp.argo_retries import FAILED, STOCK_2_16, Attempt, run, strategy

SAMPLE = Path(pipeline.configs.__path__[0], "sample.toml")
GOLDEN = Path(__file__).parent / "sample.golden.yaml"
SETTINGS = (
    "kubeflow.image=registry.example/newsdesk:0.1.0",
    "push.destination=s3://models/sample",
    "output.checkpoints=/checkpoints/sample",
    'kubeflow.volumes={"/checkpoints" = "newsdesk-checkpoints"}',
    'kubeflow.secrets={"AWS_SECRET_ACCESS_KEY" = {name = "store", key = "secret"},'
    ' "WEBHOOK" = {name = "webhook", key = "url"}}',
    'kubeflow.nodes={"Trainer" = {gpus = 1, memory = "16Gi", cpu_limit = "8"}}',
    'output.notify={url = "env:WEBHOOK"}',
)


def sample(*changes: str) -> Config:
    """The configuration of the sample for a cluster, with changes."""
    return load(SAMPLE, [*SETTINGS, *changes])


@pytest.fixture(scope="module")
def text() -> str:
    """The compiled sample."""
    return compiling.compile(sample())


@pytest.fixture(scope="module")
def documents(text: str) -> list[Any]:
    """The pipeline spec and the platform spec of the compiled sample."""
    return list(yaml.safe_load_all(text))


def _tasks(spec: dict[str, Any]) -> dict[str, Any]:
    tasks: dict[str, Any] = spec["components"]["comp-nodes"]["dag"]["tasks"]
    return tasks


def _containers(spec: dict[str, Any]) -> dict[str, Any]:
    executors = spec["deploymentSpec"]["executors"]
    return {name: one["container"] for name, one in executors.items()}


def _plain(text: str) -> str:
    """Replaces digests and versions, which change with the code and the lane."""
    text = yaml.safe_dump_all(yaml.safe_load_all(text), width=10_000)
    text = re.sub(r"\b[0-9a-f]{32,64}\b", "DIGEST", text)
    text = re.sub(r'\\?"versions\\?": \{.*?\}', "VERSIONS", text)
    return re.sub(r"tfx-[\d.]+", "TFX", text)


def test_the_compiled_sample_is_the_reviewed_file(text: str) -> None:
    # After a review: python -m tests.kubeflow.test_compile
    assert _plain(text) == GOLDEN.read_text()


def test_compiling_twice_gives_the_same_bytes(text: str) -> None:
    assert compiling.compile(sample()) == text


def test_the_compiled_pipeline_is_small_and_has_no_secret(text: str) -> None:
    assert len(text.encode()) < 200_000
    assert not re.search(r"(?i)(password|api_key|bearer)\b", text)
    assert "hooks" not in text


def test_the_sdk_of_kubeflow_pipelines_loads_the_compiled_pipeline(text: str) -> None:
    assert kfp.components.load_component_from_text(text).name == "sample"


def test_every_node_is_a_task_with_requests_limits_retries_and_a_timeout(
    documents: list[Any],
) -> None:
    spec, platform = documents
    tasks, containers = _tasks(spec), _containers(spec)
    assert set(tasks) == {kebab(node) for node, one in NODES.items() if not one.needs}
    told = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    for name, task in tasks.items():
        resources = containers[f"exec-{name}"]["resources"]
        for key in ("cpuRequest", "cpuLimit", "memoryRequest", "memoryLimit"):
            assert resources[key] > 0
        assert task["retryPolicy"]["backoffDuration"] == "60s"
        assert task["cachingOptions"] == {}
        assert int(told[f"exec-{name}"]["activeDeadlineSeconds"]) >= 3600


def test_argo_retries_only_nodes_that_cannot_refuse(documents: list[Any]) -> None:
    hours = [Attempt(2 * 3600, FAILED)]
    pods = {
        name: run(strategy(task, STOCK_2_16), hours).attempts
        for name, task in _tasks(documents[0]).items()
    }
    assert {name for name, count in pods.items() if count == 1} == {
        *("baseline-model", "data-gate", "pusher", "text-example-gen")
    }
    assert set(pods.values()) == {1, 3}


def test_a_node_that_reads_more_than_its_inputs_is_never_cached() -> None:
    text = compiling.compile(sample("kubeflow.defaults.cache=true"))
    tasks = _tasks(next(yaml.safe_load_all(text)))
    uncached = {name for name, task in tasks.items() if not task["cachingOptions"]}
    assert uncached == {"baseline-model", "pusher", "text-example-gen"}


def test_only_the_trainer_sees_a_gpu(documents: list[Any]) -> None:
    containers = _containers(documents[0])
    for name, container in containers.items():
        environment = {one["name"]: one["value"] for one in container.get("env", ())}
        if name == "exec-trainer":
            assert container["resources"]["accelerator"]["count"] == "1"
            assert "CUDA_VISIBLE_DEVICES" not in environment
        elif name != "exec-notify":
            assert "accelerator" not in container["resources"]
            assert environment["CUDA_VISIBLE_DEVICES"] == ""
            assert environment["NVIDIA_VISIBLE_DEVICES"] == "void"


def test_a_variable_for_all_nodes_does_not_show_them_a_gpu() -> None:
    variable = 'kubeflow.defaults.environment={"CUDA_VISIBLE_DEVICES" = "0", "A" = "b"}'
    (spec, _) = yaml.safe_load_all(compiling.compile(sample(variable)))
    for name in ("trainer", "transform"):
        told = _containers(spec)[f"exec-{name}"]["env"]
        environment = {one["name"]: one["value"] for one in told}
        shown = "0" if name == "trainer" else ""
        assert environment["CUDA_VISIBLE_DEVICES"] == shown
        assert environment["A"] == "b"


def test_the_platform_spec_has_the_form_that_kfp_kubernetes_writes(
    documents: list[Any],
) -> None:
    told = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    # set_timeout, use_secret_as_env and mount_pvc of kfp-kubernetes 2.16.1 wrote this.
    claim = "newsdesk-checkpoints"
    assert told["exec-trainer"] == {
        "activeDeadlineSeconds": "86400",
        "pvcMount": [
            {
                "constant": claim,
                "mountPath": "/checkpoints",
                "pvcNameParameter": {"runtimeValue": {"constant": claim}},
            }
        ],
        "secretAsEnv": [
            {
                "keyToEnv": [{"envVar": variable, "secretKey": key}],
                "secretName": name,
                "secretNameParameter": {"runtimeValue": {"constant": name}},
            }
            for variable, name, key in (
                ("AWS_SECRET_ACCESS_KEY", "store", "secret"),
                ("WEBHOOK", "webhook", "url"),
            )
        ],
    }


def test_parameters_have_the_values_of_the_configuration_as_defaults(
    documents: list[Any],
) -> None:
    parameters = documents[0]["root"]["inputDefinitions"]["parameters"]
    defaults = {name: one["defaultValue"] for name, one in parameters.items()}
    assert defaults == {
        "data_path": "package:pipeline/sample/sample.csv",
        "epochs": 3,
        "learning_rate": 0.001,
        "run_label": "",
        "accept_new_baseline": "",
        "interval": "",
    }


def test_arguments_have_no_placeholder_that_a_cluster_does_not_replace(
    documents: list[Any],
) -> None:
    # getPlaceholders of kubeflow/pipelines, backend/src/v2/component/launcher_v2.go.
    known = re.compile(
        r"\{\{\$\}\}|\{\{\$\.inputs\.parameters\['\w+'\]\}\}"
        r"|\{\{\$\.outputs\.artifacts\['\w+'\]\.path\}\}"
    )
    for container in _containers(documents[0]).values():
        for word in container["args"]:
            assert "{{" not in known.sub("", word)


def test_the_first_and_last_node_and_the_webhook_get_the_run_id(
    documents: list[Any],
) -> None:
    # The driver replaces it where it is the whole constant (driver/resolve.go).
    run = {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}
    notify = documents[0]["root"]["dag"]["tasks"]["notify"]
    tasks = {**_tasks(documents[0]), "notify": notify}
    given = {
        name: task["inputs"]["parameters"]["run_id"]
        for name, task in tasks.items()
        if "run_id" in task["inputs"].get("parameters", {})
    }
    assert given == {"text-example-gen": run, "pusher": run, "notify": run}


def test_tasks_depend_on_each_other_as_in_the_graph(documents: list[Any]) -> None:
    tasks = _tasks(documents[0])
    assert "data-gate" in tasks["transform"]["dependentTasks"]
    inputs = tasks["evaluator"]["inputs"]["artifacts"]
    assert inputs["baseline_model"]["taskOutputArtifact"] == {
        "producerTask": "baseline-model",
        "outputArtifactKey": "model",
    }


def test_the_webhook_is_notified_however_the_nodes_end(
    documents: list[Any],
) -> None:
    root = documents[0]["root"]["dag"]["tasks"]
    assert set(root) == {"nodes", "notify"}
    assert root["notify"]["triggerPolicy"] == {
        "strategy": "ALL_UPSTREAM_TASKS_COMPLETED"
    }
    status = root["notify"]["inputs"]["parameters"]["status"]
    assert status == {"taskFinalStatus": {"producerTask": "nodes"}}


def test_the_webhook_s_task_has_the_volumes_and_the_secrets_of_the_nodes(
    documents: list[Any],
) -> None:
    executors = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    notify, pusher = executors["exec-notify"], executors["exec-pusher"]
    for name in ("pvcMount", "secretAsEnv"):
        assert notify[name] == pusher[name]


def test_a_run_that_pushes_nothing_fails_if_configured() -> None:
    (spec, _) = yaml.safe_load_all(
        compiling.compile(sample("kubeflow.fail_when_not_pushed=true"))
    )
    told = {name: " ".join(one["args"]) for name, one in _containers(spec).items()}
    assert {name for name in told if "fail_when_not_pushed" in told[name]} == {
        # It ends a run whose model was rolled back from.
        "exec-text-example-gen",
        "exec-pusher",
    }


def test_the_webhook_s_task_has_the_environment_for_the_store() -> None:
    endpoint = 'kubeflow.defaults.environment={"AWS_ENDPOINT_URL" = "http://store"}'
    (spec, _) = yaml.safe_load_all(compiling.compile(sample(endpoint)))
    env = _containers(spec)["exec-notify"]["env"]
    assert env == [{"name": "AWS_ENDPOINT_URL", "value": "http://store"}]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("push.destination=/srv/models", r"push\.destination: .* lost with the cont"),
        ("output.checkpoints=/var/tmp/x", r"output\.checkpoints: .* lost with"),
        ("data.path=/srv/rows.csv", r"data\.path: /srv/rows\.csv is not in the image"),
        ("output.notify.url=https://hooks.example/T0", r"notify\.url: .* is a secret"),
        (
            "push.sign.private_key=/keys/a.pem",
            r"push\.sign: /keys/a\.pem is not in one",
        ),
    ],
)
def test_files_and_results_out_of_reach_of_containers_are_refused(
    change: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        compiling.compile(sample(change))


def test_the_pusher_reads_its_key_from_a_volume() -> None:
    text = compiling.compile(sample("push.sign.private_key=/checkpoints/keys/a.pem"))
    (spec, _) = yaml.safe_load_all(text)
    parameters = _tasks(spec)["pusher"]["inputs"]["parameters"]
    sign = json.loads(parameters["sign"]["runtimeValue"]["constant"])
    assert sign["private_key"] == "/checkpoints/keys/a.pem"


def test_an_image_must_be_named() -> None:
    with pytest.raises(ConfigError, match=r"kubeflow\.image: is missing"):
        compiling.compile(load(SAMPLE))


def test_a_file_that_is_too_large_to_inline_needs_an_address(tmp_path: Path) -> None:
    vocabulary = tmp_path / "vocab.txt"
    pieces = [f"piece{place}" for place in range(9_000)]
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *pieces]))
    changes = ("text.tokenizer=wordpiece", f"text.vocabulary={vocabulary}")
    with pytest.raises(ConfigError, match=r"text\.vocabulary: .* not in the image"):
        compiling.compile(sample(*changes))
    address = f'kubeflow.addresses={{"{tmp_path}" = "s3://models/words"}}'
    text = compiling.compile(sample(*changes, address))
    assert "s3://models/words/vocab.txt" in text
    assert str(tmp_path) not in text


def test_a_schema_is_inlined_in_the_pipeline(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    reviewed = request.config.rootpath / "schemas" / "sample.pbtxt"
    schema = tmp_path / "schema.pbtxt"
    schema.write_text(reviewed.read_text())
    text = compiling.compile(sample(f"data.schema_file={schema}"))
    (spec, _) = yaml.safe_load_all(text)
    inputs = _tasks(spec)["import-schema-gen"]["inputs"]["parameters"]
    constant = inputs["schema_file"]["runtimeValue"]["constant"]
    assert constant == "inline:" + schema.read_text()


def test_a_tuning_is_one_task_before_the_trainer() -> None:
    space = 'tune.space={"model.dropout" = {low = 0.0, high = 0.3}}'
    gpus = 'kubeflow.nodes={"Tuner" = {gpus = 1}}'
    (spec, platform) = yaml.safe_load_all(compiling.compile(sample(space, gpus)))
    tasks, containers = _tasks(spec), _containers(spec)
    assert set(tasks) == {kebab(node) for node in NODES} - {"bulk-inferrer"}
    found = tasks["trainer"]["inputs"]["artifacts"]["hyperparameters"]
    assert found["taskOutputArtifact"]["producerTask"] == "tuner"
    container = containers["exec-tuner"]
    assert container["resources"]["accelerator"]["count"] == "1"
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert environment["NEWSDESK_CHECKPOINTS"] == "/checkpoints/sample"
    told = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert told["exec-tuner"]["activeDeadlineSeconds"] == str(24 * 3600)
    # What a user submits also changes the trials.
    assert {"epochs", "learning_rate"} <= set(tasks["tuner"]["inputs"]["parameters"])


def test_answering_new_rows_is_one_task_at_the_end() -> None:
    changes = (
        "score.path=/rows/new/*.csv",
        "score.out=s3://answers/answers.csv",
        'kubeflow.addresses={"/rows" = "s3://rows"}',
        "kubeflow.defaults.cache=true",
        *("beam.runner=portable", "beam.job_endpoint=jobs:1"),
        *("beam.environment=docker", "beam.image=workers"),
    )
    (spec, _) = yaml.safe_load_all(compiling.compile(sample(*changes)))
    task = _tasks(spec)["bulk-inferrer"]
    assert task["dependentTasks"] == ["reporter"]
    # Other rows may have the same path.
    assert task["cachingOptions"] == {}
    given = task["inputs"]["parameters"]["score"]["runtimeValue"]["constant"]
    score = Score.model_validate_json(given.replace("s3://rows/", "/rows/"))
    assert json.loads(given)["path"] == "s3://rows/new/*.csv"
    assert score.out == "s3://answers/answers.csv"
    # Remote workers do not see the files of the pod.
    args = _containers(spec)["exec-bulk-inferrer"]["args"]
    assert any(word.endswith(".FnApiRunner") for word in args)


def test_answers_must_outlive_the_container() -> None:
    rows = ("score.path=/checkpoints/new/*.csv", "score.out=/answers/answers.csv")
    with pytest.raises(ConfigError, match="score.out: .* would be lost"):
        compiling.compile(sample(*rows))
    with pytest.raises(ConfigError, match="score.path: .* is not in the image"):
        compiling.compile(sample("score.path=/new/*.csv", "score.out=s3://b/a.csv"))


def test_vertex_gets_a_job() -> None:
    changes = ("push.destination=gs://models/sample", "kubeflow.root=gs://runs/sample")
    config = load(SAMPLE, ["kubeflow.image=newsdesk", *changes])
    job = json.loads(compiling.compile_job(config))
    assert job["runtimeConfig"] == {"gcsOutputDirectory": "gs://runs/sample"}
    assert job["pipelineSpec"]["defaultPipelineRoot"] == "gs://runs/sample"
    with pytest.raises(ConfigError, match=r"Vertex AI does not have these objects"):
        compiling.compile_job(sample("kubeflow.root=gs://runs/sample"))


@pytest.mark.parametrize("node", NODES)
def test_the_name_of_a_task_gives_its_node(node: str) -> None:
    assert node_of("comp-" + kebab(node)) == node


if __name__ == "__main__":
    GOLDEN.write_text(_plain(compiling.compile(sample())))
