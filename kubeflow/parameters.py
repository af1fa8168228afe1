"""What a person may change when a compiled pipeline is submitted."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from kubeflow.intervals import intervals
from newsdesk.config.sections import Config, Optimizer, Train
from newsdesk.errors import ConfigError

Kind = Literal["STRING", "NUMBER_INTEGER", "NUMBER_DOUBLE"]
RUN_LABEL = "run_label"
RUN_ID = "run_id"
# Compiling gives the digest of the recipe to the first node, and the first node's
# outcome to the second. KFP's runner on one machine finds outputs by such names.
RECIPE = "recipe"
OUTCOME_OF_FIRST = "pipelinechannel--text-example-gen--outcome"
ACCEPT = "accept_new_baseline"
# They can end a run well. No other node gets the run's id: it is among the inputs that
# a cache compares.
KNOW_THE_RUN = ("TextExampleGen", "Pusher")
_SECTIONS: dict[str, type[BaseModel]] = {"train": Train, "optimizer": Optimizer}


@dataclass(frozen=True)
class Parameter:
    """One value that a run is started with.

    Attributes:
        nodes: that get it.
        kind: of the value, in KFP's words.
        default: the configuration's own value.
        carrier: the parameter of the node that holds the section, as JSON, in which the
            value is laid over the configuration's; None where it is in no section.
        keys: the way to the value in it.
    """

    nodes: tuple[str, ...]
    kind: Kind
    default: Callable[[Config], Any]
    carrier: str | None = None
    keys: tuple[str, ...] = ()


# What changes a model also goes to the Pusher, for the manifest, and to the first node,
# which compares the run with the manifest in service.
PARAMETERS: dict[str, Parameter] = {
    "data_path": Parameter(
        ("TextExampleGen",),
        "STRING",
        lambda config: config.data.path,
        "data",
        ("path",),
    ),
    "epochs": Parameter(
        ("TextExampleGen", "Trainer", "Pusher"),
        "NUMBER_INTEGER",
        lambda config: config.train.epochs,
        "custom_config",
        ("train", "epochs"),
    ),
    "learning_rate": Parameter(
        ("TextExampleGen", "Trainer", "Pusher"),
        "NUMBER_DOUBLE",
        lambda config: config.optimizer.learning_rate,
        "custom_config",
        ("optimizer", "learning_rate"),
    ),
    RUN_LABEL: Parameter(("TextExampleGen", "Pusher"), "STRING", lambda config: ""),
    ACCEPT: Parameter(("BaselineModel", "Pusher"), "STRING", lambda config: ""),
    intervals.PARAMETER: Parameter(("TextExampleGen",), "STRING", lambda config: ""),
}

# The recipe of a model depends on these.
_DECISIVE = [name for name, one in PARAMETERS.items() if "Trainer" in one.nodes]


def run_id() -> dict[str, Any]:
    """Gives the run's id as a task takes it.

    Pipelines puts it in the place of a parameter's whole value alone, and leaves it in
    arguments as it stands (kubeflow/pipelines, backend/src/v2/driver/resolve.go).

    Returns:
        An input parameter of a task.
    """
    return {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}


def of(node: str) -> list[str]:
    """Names the parameters that a node gets, in order."""
    return sorted(name for name, one in PARAMETERS.items() if node in one.nodes)


def lay_over(
    node: str, properties: Mapping[str, Any], compiled: Mapping[str, Any]
) -> dict[str, Any]:
    """Lays what a run was started with over what was compiled.

    Args:
        node: whose properties they are.
        properties: those of its executor, and the node's parameters among them.
        compiled: the defaults of those parameters.

    Returns:
        The properties that the executor knows.

    Raises:
        ConfigError: a value is out of its limits.
    """
    result = dict(properties)
    for name in (RUN_ID, OUTCOME_OF_FIRST):
        result.pop(name, None)
    given = {name: result.pop(name) for name in of(node) if name in result}
    changed = {name: value for name, value in given.items() if value != compiled[name]}
    for name, value in changed.items():
        parameter = PARAMETERS[name]
        if parameter.carrier in result:
            carried = json.loads(result[parameter.carrier])
            _put(carried, parameter.keys, value)
            _check(name, parameter, carried)
            result[parameter.carrier] = json.dumps(carried, sort_keys=True)
    if ACCEPT in changed:
        result["accepted"] = changed[ACCEPT]
    decided = {name: value for name, value in changed.items() if name in _DECISIVE}
    if node == "Pusher" and decided:
        origin = json.loads(result["origin"])
        origin["recipe"] = _other(origin["recipe"], decided)
        result["origin"] = json.dumps(origin, sort_keys=True)
    if RECIPE in result and decided:
        result[RECIPE] = _other(result[RECIPE], decided)
    return result


def _put(section: Any, keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value


def _check(name: str, parameter: Parameter, carried: Any) -> None:
    """Holds a changed section to its limits, but for places: they are made paths of."""
    if len(parameter.keys) < 2:
        return
    section = parameter.keys[0]
    try:
        _SECTIONS[section].model_validate(carried[section])
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigError(
            f"{name} = {fault['input']!r}: {fault['msg']}; submit the run again with "
            "another value"
        ) from None


def _other(recipe: str, decided: Mapping[str, Any]) -> str:
    """What was trained otherwise is no repetition of what was compiled."""
    text = recipe + json.dumps(decided, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
