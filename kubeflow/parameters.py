"""The parameters of a compiled pipeline, which a user may set for each run."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from kubeflow.intervals import intervals
from newsdesk.config.sections import Config
from newsdesk.config.train import Optimizer, Train
from newsdesk.errors import ConfigError

Kind = Literal["STRING", "NUMBER_INTEGER", "NUMBER_DOUBLE"]
RUN_LABEL = "run_label"
RUN_ID = "run_id"
# Compiling passes the digest of the recipe to the first node, and the first node's
# outcome to the second. KFP's local runner finds outputs by names of this form.
RECIPE = "recipe"
OUTCOME_OF_FIRST = "pipelinechannel--text-example-gen--outcome"
ACCEPT = "accept_new_baseline"
# These nodes can end a run that succeeds. No other node gets the run's id, because the
# cache compares inputs and each run has another id.
KNOW_THE_RUN = ("TextExampleGen", "Pusher")
_SECTIONS: dict[str, type[BaseModel]] = {"train": Train, "optimizer": Optimizer}


@dataclass(frozen=True)
class Parameter:
    """A parameter of the pipeline.

    Attributes:
        nodes: the nodes that get it.
        kind: the type of its value, as KFP names it.
        default: gives the value of the configuration.
        carrier: the property of the node whose JSON contains the value to override;
            None if no property contains it.
        keys: the keys that lead to the value in this JSON.
        none: the value that means None, because a parameter cannot be null; None if
            no value does.
    """

    nodes: tuple[str, ...]
    kind: Kind
    default: Callable[[Config], Any]
    carrier: str | None = None
    keys: tuple[str, ...] = ()
    none: Any = None


# Parameters that change the model also go to the Pusher, for the manifest, and to the
# first node, which compares the run with the manifest in service.
PARAMETERS: dict[str, Parameter] = {
    "data_path": Parameter(
        ("TextExampleGen",),
        "STRING",
        lambda config: config.data.path,
        "data",
        ("path",),
    ),
    "epochs": Parameter(
        ("TextExampleGen", "Tuner", "Trainer", "Pusher"),
        "NUMBER_INTEGER",
        lambda config: config.train.epochs or 0,
        "custom_config",
        ("train", "epochs"),
        none=0,
    ),
    "learning_rate": Parameter(
        ("TextExampleGen", "Tuner", "Trainer", "Pusher"),
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
_DECISIVE = [
    name for name, parameter in PARAMETERS.items() if "Trainer" in parameter.nodes
]


def run_id() -> dict[str, Any]:
    """Gives the placeholder of the run's id, as an input of a task.

    Pipelines replaces it only if it is the whole value of a parameter, and never in
    arguments of a container (kubeflow/pipelines, backend/src/v2/driver/resolve.go).

    Returns:
        An input parameter of a task.
    """
    return {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}


def of(node: str) -> list[str]:
    """Lists the names of the parameters that a node gets, sorted."""
    return sorted(
        name for name, parameter in PARAMETERS.items() if node in parameter.nodes
    )


def override(
    node: str, properties: Mapping[str, Any], compiled: Mapping[str, Any]
) -> dict[str, Any]:
    """Overrides the compiled properties of a node with the parameters of a run.

    Args:
        node: the id of the node.
        properties: the properties of its executor, with the node's parameters added.
        compiled: the default values of these parameters.

    Returns:
        The properties of the executor alone.

    Raises:
        ConfigError: a value is not allowed.
    """
    result = dict(properties)
    for name in (RUN_ID, OUTCOME_OF_FIRST):
        result.pop(name, None)
    given = {name: result.pop(name) for name in of(node) if name in result}
    changed = {name: value for name, value in given.items() if value != compiled[name]}
    for name, value in changed.items():
        parameter = PARAMETERS[name]
        if parameter.carrier in result:
            sections = json.loads(result[parameter.carrier])
            read = None if value == parameter.none else value
            _put(sections, parameter.keys, read)
            _check(name, parameter, sections)
            result[parameter.carrier] = json.dumps(sections, sort_keys=True)
    if ACCEPT in changed:
        result["accepted"] = changed[ACCEPT]
    decisive = {name: value for name, value in changed.items() if name in _DECISIVE}
    if node == "Pusher" and decisive:
        origin = json.loads(result["origin"])
        origin["recipe"] = _changed_recipe(origin["recipe"], decisive)
        result["origin"] = json.dumps(origin, sort_keys=True)
    if RECIPE in result and decisive:
        result[RECIPE] = _changed_recipe(result[RECIPE], decisive)
    return result


def _put(section: Any, keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value


def _check(name: str, parameter: Parameter, sections: Any) -> None:
    """Validates a changed section."""
    # data_path may still be an address; the entry point validates it as a path.
    if len(parameter.keys) < 2:
        return
    section = parameter.keys[0]
    try:
        _SECTIONS[section].model_validate(sections[section])
    except ValidationError as error:
        fault = error.errors()[0]
        raise ConfigError(
            f"{name} = {fault['input']!r}: {fault['msg']}; submit the run again with "
            "another value"
        ) from None


def _changed_recipe(recipe: str, decisive: Mapping[str, Any]) -> str:
    """The digest of a recipe whose decisive parameters were changed."""
    text = recipe + json.dumps(decisive, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
