"""Compiles the graph for Kubeflow Pipelines and for Vertex AI.

TFX compiles a form that only Vertex AI runs. This module takes the parts of TFX's
result and builds the form that open-source Kubeflow Pipelines runs.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from kubeflow.compile import tasks
from kubeflow.compile.checks import check
from kubeflow.compile.exit_handler import with_exit_handler
from kubeflow.compile.platform_spec import platform_spec
from kubeflow.compile.unchanged import end_early
from kubeflow.files import delivery
from kubeflow.parameters import PARAMETERS
from newsdesk.config.cluster import Node
from newsdesk.config.kubernetes_names import VERTEX_GPU
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError
from newsdesk.nodes import NODES
from pipeline.graph import create_pipeline

# Kubernetes stores a compiled pipeline in one object of etcd, together with other data.
_MOST_BYTES = 200_000


def compile(config: Config) -> str:  # noqa: A001  KFP and TFX use this name
    """Compiles for Kubeflow Pipelines.

    Args:
        config: the whole configuration.

    Returns:
        YAML of two documents, pipeline spec and platform spec; always the same for the
        same configuration, code and installed versions.

    Raises:
        ConfigError: a file of the configuration cannot reach the containers, a result
            would be lost with its container, training would need several pods, or the
            compiled pipeline is too large.
    """
    for name, node in _with_gpus(config):
        if VERTEX_GPU.fullmatch(node.gpu_type):
            raise ConfigError(
                f"kubeflow.nodes.{name}.gpu_type: {node.gpu_type} is a GPU type of "
                "Vertex AI; use a resource of your cluster, such as nvidia.com/gpu"
            )
    spec = _spec(config)
    executors = {
        tasks.node_of(name): component["executorLabel"]
        for name, component in spec["components"].items()
        if "executorLabel" in component
    }
    documents = [spec, platform_spec(config.kubeflow, executors)]
    text: str = yaml.safe_dump_all(documents, sort_keys=True)
    if len(text.encode()) > _MOST_BYTES:
        raise ConfigError(
            f"the compiled pipeline has {len(text.encode()):,} bytes, more than the "
            f"limit of {_MOST_BYTES:,}; put large files into a store, and their "
            "addresses into kubeflow.addresses"
        )
    return text


def compile_job(config: Config) -> str:
    """Compiles for Vertex AI.

    Args:
        config: the whole configuration.

    Returns:
        JSON of a pipeline job.

    Raises:
        ConfigError: as `compile`, or Vertex AI does not have a configured feature.
    """
    settings = config.kubeflow
    if not (settings.root or "").startswith("gs://"):
        raise ConfigError(
            "kubeflow.root: Vertex AI stores artifacts only at gs://; set such an "
            "address"
        )
    if settings.secrets or settings.volumes or settings.hardened:
        raise ConfigError(
            "kubeflow.secrets, kubeflow.volumes, kubeflow.hardened: Vertex AI does not "
            "have these objects of Kubernetes; remove them from the configuration"
        )
    for name, node in _with_gpus(config):
        if not VERTEX_GPU.fullmatch(node.gpu_type):
            raise ConfigError(
                f"kubeflow.nodes.{name}.gpu_type: {node.gpu_type} is not a GPU type of "
                "Vertex AI; use one of its names, such as NVIDIA_TESLA_T4"
            )
    job = {
        "displayName": config.name,
        "pipelineSpec": _spec(config),
        "runtimeConfig": {"gcsOutputDirectory": settings.root},
    }
    return json.dumps(job, indent=2, sort_keys=True) + "\n"


def _with_gpus(config: Config) -> Iterator[tuple[str, Node]]:
    for name, facts in NODES.items():
        node = config.kubeflow.node(name)
        is_absent = facts.needs and getattr(config, facts.needs) is None
        if node.gpus and not is_absent:
            yield name, node


def _spec(config: Config) -> dict[str, Any]:
    from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as runner

    check(config)
    pipeline = create_pipeline(config, mark_absent=True)
    compiled = runner.KubeflowV2DagRunner(
        config=runner.KubeflowV2DagRunnerConfig(
            default_image=config.kubeflow.image,
            default_commands=tasks.COMMAND,
            use_pipeline_spec_2_1=True,
        )
    ).run(pipeline, write_out=False)["pipelineSpec"]
    sent = delivery.sent(config)
    nodes = [tasks.Task(node, compiled, config, sent) for node in pipeline.components]
    parameters = _parameters(config, sent)
    spec = {
        "pipelineInfo": {"name": config.name},
        "schemaVersion": compiled["schemaVersion"],
        "sdkVersion": compiled["sdkVersion"],
        "components": {node.component_name: node.component() for node in nodes},
        "deploymentSpec": {
            "executors": {node.executor_name: node.executor() for node in nodes}
        },
        "root": {
            "dag": {"tasks": {node.name: node.task() for node in nodes}},
            "inputDefinitions": {"parameters": parameters},
        },
    }
    end_early(spec)
    if config.kubeflow.root:
        spec["defaultPipelineRoot"] = config.kubeflow.root
    return with_exit_handler(spec, config) if config.output.notify else spec


def _parameters(config: Config, sent: Any) -> Mapping[str, Any]:
    """The parameters that a user may set when submitting the pipeline."""
    return {
        name: {
            "parameterType": parameter.kind,
            "defaultValue": tasks.default(parameter, config, sent),
            "isOptional": True,
        }
        for name, parameter in PARAMETERS.items()
    }
