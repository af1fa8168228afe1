"""Ends a run after its first node if there is nothing to do.

The cache of Pipelines cannot do this: its key contains the ids of artifacts, and the
first node makes new ones in every run. Instead, the first node compares the run with
the model in service, one task has the result as its condition, and all other tasks wait
for that task.
"""

import json
from typing import Any

from kubeflow.compile.tasks import kebab
from kubeflow.container.unchanged import CHANGED, FIRST, OUTCOME
from kubeflow.parameters import OUTCOME_OF_FIRST, RECIPE

_SECOND = "BaselineModel"


def end_early(spec: dict[str, Any]) -> None:
    """Adds the condition that ends a pipeline after its first task.

    A condition on one task is enough: Argo omits every task that waits for a skipped
    task, so no other task starts a pod, not even the pod of its driver.

    Args:
        spec: a pipeline spec whose root holds the tasks of the graph; it is changed.
    """
    tasks, components = spec["root"]["dag"]["tasks"], spec["components"]
    first, second = kebab(FIRST), kebab(_SECOND)
    for name, task in tasks.items():
        if name != first and set(task.get("dependentTasks", ())) <= {first}:
            task["dependentTasks"] = [first if name == second else second]
    origin = tasks["pusher"]["inputs"]["parameters"]["origin"]
    recipe = json.loads(origin["runtimeValue"]["constant"])["recipe"]
    tasks[first]["inputs"]["parameters"][RECIPE] = {
        "runtimeValue": {"constant": recipe}
    }
    described = components[tasks[first]["componentRef"]["name"]]
    described["inputDefinitions"]["parameters"][RECIPE] = _text()
    described["outputDefinitions"]["parameters"] = {OUTCOME: _text()}
    tasks[second]["inputs"]["parameters"][OUTCOME_OF_FIRST] = {
        "taskOutputParameter": {"producerTask": first, "outputParameterKey": OUTCOME}
    }
    condition = f"inputs.parameter_values['{OUTCOME_OF_FIRST}'] == '{CHANGED}'"
    tasks[second]["triggerPolicy"] = {"condition": condition}
    described = components[tasks[second]["componentRef"]["name"]]
    described["inputDefinitions"]["parameters"][OUTCOME_OF_FIRST] = _text()


def _text() -> dict[str, str]:
    # A new object each time, because YAML would write a shared one as an anchor.
    return {"parameterType": "STRING"}
