"""Uploads a compiled pipeline to the cluster, and starts runs of it."""

import hashlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kubeflow.cluster import client as clients
from kubeflow.cluster import rest
from kubeflow.cluster.versions import check_server
from kubeflow.outcome import Outcome
from newsdesk.config.sections import Config
from newsdesk.errors import ConfigError, ExitCode, RunFailed

_DIGITS = 12


@dataclass(frozen=True)
class Uploaded:
    """A pipeline on the server.

    Attributes:
        pipeline: the id of the pipeline.
        version: the id of the pipeline's version.
        name: the name of the version, which is a digest of its content.
        experiment: the id of the experiment for its runs.
    """

    pipeline: str
    version: str
    name: str
    experiment: str


def parameters_of(spec: str) -> set[str]:
    """Lists the parameters of a compiled pipeline.

    Args:
        spec: YAML; the platform spec may follow as a second document.

    Returns:
        The names of its parameters.

    Raises:
        ConfigError: it is not a compiled pipeline.
    """
    try:
        first = next(iter(yaml.safe_load_all(spec)))
        inputs = first["root"].get("inputDefinitions", {})
        return set(inputs.get("parameters", {}))
    except (yaml.YAMLError, StopIteration, AttributeError, KeyError, TypeError):
        raise ConfigError(
            "this file is not a compiled pipeline; `newsdesk compile CONFIG -o "
            "pipeline.yaml` writes one"
        ) from None


def check(spec: str, parameters: Mapping[str, Any]) -> None:
    """Refuses parameters that a pipeline does not have.

    Args:
        spec: YAML of a compiled pipeline.
        parameters: the values, by name.

    Raises:
        ConfigError: a parameter is unknown; the message names the allowed ones.
    """
    allowed = parameters_of(spec)
    if unknown := sorted(set(parameters) - allowed):
        raise ConfigError(
            f"the pipeline has no parameter {', '.join(unknown)}; its parameters are: "
            f"{', '.join(sorted(allowed)) or 'none'}"
        )


def upload(client: Any, config: Config, spec: str) -> Uploaded:
    """Uploads a compiled pipeline, unless the server already has this version.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        spec: YAML of the compiled pipeline.

    Returns:
        The ids of pipeline, version and experiment.

    Raises:
        ClusterError: the server's version cannot run this pipeline.
    """
    settings = config.kubeflow
    check_server(client, settings, spec)
    name = hashlib.sha256(spec.encode()).hexdigest()[:_DIGITS]
    experiment = client.create_experiment(
        settings.experiment or config.name, namespace=settings.namespace
    )
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as scratch:
        file = str(Path(scratch, "pipeline.yaml"))
        Path(file).write_text(spec, encoding="utf-8")
        pipeline = pipeline_of(client, config)
        if pipeline is None:
            pipeline = _created(client, config)
        versions = clients.every(
            client.list_pipeline_versions,
            "pipeline_versions",
            pipeline_id=pipeline,
            filter=clients.named(name),
        )
        version = next((known.pipeline_version_id for known in versions), None)
        if version is None:
            version = client.upload_pipeline_version(
                file, name, pipeline_id=pipeline
            ).pipeline_version_id
    return Uploaded(pipeline, version, name, experiment.experiment_id)


def pipeline_of(client: Any, config: Config) -> str | None:
    """Finds the pipeline on the server.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.

    Returns:
        Its id; None if it was never uploaded.
    """
    found = clients.every(
        client.list_pipelines,
        "pipelines",
        namespace=config.kubeflow.namespace,
        filter=clients.named(config.name),
    )
    return next((known.pipeline_id for known in found), None)


def start(
    client: Any, config: Config, uploaded: Uploaded, parameters: Mapping[str, Any]
) -> Any:
    """Starts a run.

    Args:
        client: from `clients.connected`.
        config: the whole configuration.
        uploaded: from `upload`.
        parameters: the values of the pipeline's parameters, by name.

    Returns:
        The run, as the server describes it.
    """
    return client.run_pipeline(
        experiment_id=uploaded.experiment,
        job_name=f"{config.name} {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())}",
        params=dict(parameters),
        pipeline_id=uploaded.pipeline,
        version_id=uploaded.version,
        service_account=config.kubeflow.service_account,
    )


def wait(client: Any, run: str, poll_seconds: float = 10.0) -> Any:
    """Waits until a run has ended.

    Args:
        client: from `clients.connected`.
        run: its id.
        poll_seconds: the time between two requests.

    Returns:
        The run, as the server describes it.
    """
    while not clients.has_ended(found := client.get_run(run)):
        time.sleep(poll_seconds)
    return found


def require_success(run: str, ended: Outcome) -> None:
    """Raises if a run ended in a way for which `newsdesk run` does not exit with 0.

    Args:
        run: its id.
        ended: from `ends.outcome`.

    Raises:
        RunFailed: the outcome, with the exit code of `newsdesk run`.
    """
    if ended.is_failure:
        log = f"; its log: {ended.log}" if ended.log else ""
        why = f": {ended.reason}" if ended.reason else ""
        raise RunFailed(
            ExitCode(ended.exit_code), f"run {run}: {ended.state}{why}{log}"
        )


def _created(client: Any, config: Config) -> str:
    """Creates a pipeline without a version.

    The upload of a pipeline would add a version, with a name that is not a digest.
    """
    namespace = config.kubeflow.namespace or ""
    body = {"display_name": config.name, "namespace": namespace}
    return str(rest.post(client, "v2beta1", "pipelines", body=body)["pipeline_id"])
