"""What a person may change when a compiled pipeline is submitted."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kubeflow import intervals
from pipeline.config import Config

Kind = Literal["STRING", "NUMBER_INTEGER", "NUMBER_DOUBLE"]
RUN_LABEL = "run_label"


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


# The Pusher gets what changes a model, since its manifest tells where that came from.
PARAMETERS: dict[str, Parameter] = {
    "data_path": Parameter(
        ("TextExampleGen",),
        "STRING",
        lambda config: config.data.path,
        "data",
        ("path",),
    ),
    "epochs": Parameter(
        ("Trainer", "Pusher"),
        "NUMBER_INTEGER",
        lambda config: config.train.epochs,
        "custom_config",
        ("train", "epochs"),
    ),
    "learning_rate": Parameter(
        ("Trainer", "Pusher"),
        "NUMBER_DOUBLE",
        lambda config: config.optimizer.learning_rate,
        "custom_config",
        ("optimizer", "learning_rate"),
    ),
    RUN_LABEL: Parameter(("TextExampleGen", "Pusher"), "STRING", lambda config: ""),
    intervals.PARAMETER: Parameter(("TextExampleGen",), "STRING", lambda config: ""),
}


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
    """
    result = dict(properties)
    given = {name: result.pop(name) for name in of(node) if name in result}
    changed = {name: value for name, value in given.items() if value != compiled[name]}
    for name, value in changed.items():
        parameter = PARAMETERS[name]
        if parameter.carrier in result:
            section = json.loads(result[parameter.carrier])
            _put(section, parameter.keys, value)
            result[parameter.carrier] = json.dumps(section, sort_keys=True)
    if node == "Pusher":
        decided = {name: value for name, value in changed.items() if name != RUN_LABEL}
        result["origin"] = _other(result["origin"], decided)
    return result


def _put(section: Any, keys: tuple[str, ...], value: Any) -> None:
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value


def _other(origin: str, decided: Mapping[str, Any]) -> str:
    """What was trained otherwise is no repetition of what was compiled."""
    if not decided:
        return origin
    told = json.loads(origin)
    text = told["recipe"] + json.dumps(decided, sort_keys=True)
    told["recipe"] = hashlib.sha256(text.encode()).hexdigest()[:32]
    return json.dumps(told, sort_keys=True)
