"""Computes which pods a compiled pipeline starts, as Pipelines and Argo decide.

Written after kubeflow/pipelines 2.17.0, backend/src/v2/compiler/argocompiler/dag.go (as
in 2.5.0 and 2.14.3): a task becomes a driver and a container. The driver waits until
all tasks that the task depends on have succeeded; the container has the driver's
result for the condition in `when`. And after argo-workflows 4.0.5,
workflow/controller/dag.go: `when` makes a node Skipped, and a node whose `depends` is
false becomes Omitted. Neither counts as succeeded, has a pod or makes its DAG fail.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_CONDITION = re.compile(r"inputs\.parameter_values\['([^']+)'\] == '([^']*)'")


def pods(dag: Mapping[str, Any], said: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Runs the tasks of a DAG, each of which succeeds if it is started.

    Args:
        dag: the DAG of a compiled pipeline.
        said: the value of each output parameter, as TASK.PARAMETER.

    Returns:
        The tasks whose driver has a pod, and those whose container has one.
    """

    def value(parameter: Mapping[str, Any]) -> str:
        source = parameter["taskOutputParameter"]
        return said[f"{source['producerTask']}.{source['outputParameterKey']}"]

    tasks = dag["tasks"]
    drivers: set[str] = set()
    containers: set[str] = set()
    while True:
        ready = {
            name
            for name, task in tasks.items()
            if name not in drivers and _depends_on(task) <= containers
        }
        if not ready:
            return drivers, containers
        drivers |= ready
        containers |= {name for name in ready if is_met(tasks[name], value)}


def _depends_on(task: Mapping[str, Any]) -> set[str]:
    """The tasks before a task: dependentTasks and producers of inputs.

    As addImplicitDependencies computes them.
    """
    found = set(task.get("dependentTasks", ()))
    for given in task.get("inputs", {}).values():
        for one in given.values():
            source = one.get("taskOutputParameter") or one.get("taskOutputArtifact")
            found |= {source["producerTask"]} if source else set()
    return found


def is_met(task: Mapping[str, Any], value: Callable[[Mapping[str, Any]], Any]) -> bool:
    """Tells whether the condition of a task is true.

    Args:
        task: of a compiled pipeline.
        value: resolves a parameter of the task's inputs.

    Returns:
        Whether its container runs; True without a condition.
    """
    condition = task.get("triggerPolicy", {}).get("condition")
    if condition is None:
        return True
    # CEL allows more than the compiled pipeline uses.
    found = _CONDITION.fullmatch(condition)
    assert found, condition
    return bool(value(task["inputs"]["parameters"][found[1]]) == found[2])
