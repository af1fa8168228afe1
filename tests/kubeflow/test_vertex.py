"""The job for Vertex AI fits the messages and the library that Google publishes.

google-cloud-aiplatform is a requirement of TFX. No test connects to the service.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format

from kubeflow.compile import compiler as compiling
from newsdesk.config.kubernetes_names import VERTEX_GPU
from newsdesk.config.load import load
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from tests.kubeflow.test_compile import SAMPLE

SETTINGS = (
    "kubeflow.image=newsdesk",
    "push.destination=gs://models/sample",
    "kubeflow.root=gs://runs/sample",
)


def sample(*changes: str) -> Config:
    """The configuration of the sample for Vertex AI, with changes."""
    return load(SAMPLE, [*SETTINGS, *changes])


def _gpu(kind: str) -> str:
    return f'kubeflow.nodes={{"Trainer" = {{gpus = 1, gpu_type = "{kind}"}}}}'


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    """A job that trains on a GPU."""
    compiled: dict[str, Any] = json.loads(
        compiling.compile_job(sample(_gpu("NVIDIA_TESLA_T4")))
    )
    return compiled


@pytest.mark.slow
def test_every_field_is_a_field_of_vertex_s_job(job: dict[str, Any]) -> None:
    from google.cloud.aiplatform_v1.types import PipelineJob

    message = PipelineJob.pb(PipelineJob())
    json_format.ParseDict(job, message)
    assert message.runtime_config.gcs_output_directory == "gs://runs/sample"


def test_every_field_is_a_field_of_the_pipeline_spec(job: dict[str, Any]) -> None:
    from kfp.pipeline_spec import pipeline_spec_pb2

    spec = pipeline_spec_pb2.PipelineSpec()
    json_format.ParseDict(job["pipelineSpec"], spec)
    executors = pipeline_spec_pb2.PipelineDeploymentConfig()
    json_format.ParseDict(job["pipelineSpec"]["deploymentSpec"], executors)
    accelerator = executors.executors["exec-trainer"].container.resources.accelerator
    assert (accelerator.type, accelerator.count) == ("NVIDIA_TESLA_T4", 1)


@pytest.mark.slow
def test_google_s_library_loads_the_job_with_parameters(
    job: dict[str, Any], tmp_path: Path
) -> None:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import aiplatform

    file = tmp_path / "pipeline.json"
    file.write_text(json.dumps(job))
    loaded = aiplatform.PipelineJob(
        display_name="sample",
        template_path=str(file),
        project="newsdesk",
        location="europe-west4",
        credentials=AnonymousCredentials(),
        parameter_values={"epochs": 2, "learning_rate": 0.1, "run_label": "tuned"},
    )
    values = dict(loaded._gca_resource.runtime_config.parameter_values)
    assert values == {"epochs": 2, "learning_rate": 0.1, "run_label": "tuned"}


def test_a_gpu_type_of_a_cluster_is_refused_for_vertex() -> None:
    with pytest.raises(
        ConfigError, match=r"Trainer\.gpu_type: .* Vertex AI; .*_TESLA_T4"
    ):
        compiling.compile_job(sample(_gpu("nvidia.com/gpu")))


@pytest.mark.slow
def test_every_gpu_type_of_vertex_is_accepted() -> None:
    from google.cloud.aiplatform_v1.types import AcceleratorType

    assert len(AcceleratorType) > 10
    for kind in AcceleratorType:
        assert VERTEX_GPU.fullmatch(kind.name)


def test_hardened_is_refused_for_vertex() -> None:
    with pytest.raises(
        ConfigError, match=r"kubeflow\.hardened: Vertex AI does not have"
    ):
        compiling.compile_job(sample("kubeflow.hardened=true"))


def test_a_gpu_type_of_vertex_is_refused_for_a_cluster() -> None:
    settings = ["kubeflow.image=n", "push.destination=s3://m/n", _gpu("NVIDIA_L4")]
    with pytest.raises(ConfigError, match=r"NVIDIA_L4 is a GPU type of Vertex AI"):
        compiling.compile(load(SAMPLE, settings))
