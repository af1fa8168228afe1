"""Adds the last task of a pipeline, which runs however the run ends.

It notifies a webhook, and writes the page of a run that did not reach its Reporter.
"""

from typing import Any

from kubeflow.compile.tasks import variables
from kubeflow.intervals import intervals
from kubeflow.parameters import RUN_ID, RUN_LABEL, run_id
from newsdesk.config.cluster import Kubeflow
from newsdesk.config.sections import Config, Notify
from newsdesk.errors import ConfigError
from pipeline.notify import BY_NAME

_NODES, _NOTIFY = "nodes", "notify"
_PAGE = {
    "page": {"artifactType": {"schemaTitle": "system.HTML", "schemaVersion": "0.0.1"}}
}
_GIVEN = (RUN_LABEL, intervals.PARAMETER)


def with_exit_handler(spec: dict[str, Any], config: Config) -> dict[str, Any]:
    """Puts the graph into one task, and adds a task that waits for its end.

    Args:
        spec: a pipeline spec whose root holds the tasks of the graph.
        config: the whole configuration, with output.notify.

    Returns:
        The spec with the two tasks in its root.

    Raises:
        ConfigError: the compiled pipeline would contain the webhook's address.
    """
    settings = config.output.notify
    if settings is None:
        return spec
    named = variable(settings, config.kubeflow)
    root = spec["root"]
    declared = root["inputDefinitions"]["parameters"]
    passed = {name: {"componentInputParameter": name} for name in declared}
    inner = {
        "dag": root["dag"],
        "inputDefinitions": {
            "parameters": {
                name: {"parameterType": parameter["parameterType"]}
                for name, parameter in declared.items()
            }
        },
    }
    notify = {
        "executorLabel": f"exec-{_NOTIFY}",
        "outputDefinitions": {"artifacts": _PAGE},
        "inputDefinitions": {
            "parameters": {
                "status": {"parameterType": "TASK_FINAL_STATUS", "isOptional": True},
                **{name: {"parameterType": "STRING"} for name in (*_GIVEN, RUN_ID)},
            }
        },
    }
    tasks = {
        _NODES: {
            "taskInfo": {"name": _NODES},
            "componentRef": {"name": f"comp-{_NODES}"},
            "inputs": {"parameters": passed},
        },
        _NOTIFY: {
            "taskInfo": {"name": _NOTIFY},
            "componentRef": {"name": f"comp-{_NOTIFY}"},
            "cachingOptions": {},
            "dependentTasks": [_NODES],
            "triggerPolicy": {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
            "inputs": {
                "parameters": {
                    "status": {"taskFinalStatus": {"producerTask": _NODES}},
                    **{name: passed[name] for name in _GIVEN},
                    RUN_ID: run_id(),
                }
            },
        },
    }
    components = {
        **spec["components"],
        f"comp-{_NODES}": inner,
        f"comp-{_NOTIFY}": notify,
    }
    executors = {
        **spec["deploymentSpec"]["executors"],
        f"exec-{_NOTIFY}": {"container": _container(config, named, settings)},
    }
    return {
        **spec,
        "components": components,
        "deploymentSpec": {"executors": executors},
        "root": {
            "dag": {"tasks": tasks},
            "inputDefinitions": root["inputDefinitions"],
        },
    }


def variable(settings: Notify, cluster: Kubeflow) -> str:
    """Finds the environment variable that holds the address of the webhook.

    Args:
        settings: the output.notify section.
        cluster: the kubeflow section.

    Returns:
        The name of the variable.

    Raises:
        ConfigError: the compiled pipeline would contain the address.
    """
    name = settings.url.removeprefix(BY_NAME)
    if not settings.url.startswith(BY_NAME) or name not in cluster.secrets:
        raise ConfigError(
            "output.notify.url: the address of a webhook is a secret and must not be "
            "in a compiled pipeline; write env:NAME, and set kubeflow.secrets.NAME to "
            "the Kubernetes Secret that contains the address"
        )
    return name


def _container(config: Config, variable: str, settings: Notify) -> dict[str, Any]:
    args = [
        # Name and value in one word, because a label may begin with a dash.
        "--status={{$.inputs.parameters['status']}}",
        "--label={{$.inputs.parameters['run_label']}}",
        "--interval={{$.inputs.parameters['interval']}}",
        "--run={{$.inputs.parameters['run_id']}}",
        "--page={{$.outputs.artifacts['page'].path}}",
        *("--pipeline", config.name),
        *("--destination", config.serving),
        *("--variable", variable),
    ]
    if settings.on_success:
        args.append("--on-success")
    return {
        "image": config.kubeflow.image,
        "command": ["python", "-m", "kubeflow.notified"],
        "args": args,
        # The ledger may be in a store whose endpoint is one of these variables.
        "env": variables(config.kubeflow.defaults.environment),
        "resources": {
            "cpuRequest": 0.1,
            "cpuLimit": 1.0,
            "memoryRequest": 0.5,
            "memoryLimit": 1.0,
        },
    }
