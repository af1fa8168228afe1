"""The model in service, as an artifact that the Evaluator can compare with.

It takes the place of TFX's Resolver, which looks into the metadata of one pipeline and
cannot run on open-source Kubeflow Pipelines: what counts is what is served.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from newsdesk.errors import ModelError
from newsdesk.inspection import operations, signatures, trial
from newsdesk.published.in_service import ABSENT, VERSION, Expected, InService, newest
from newsdesk.published.stores import store


class BaselineModelSpec(component_spec.ComponentSpec):
    """What the node reads and writes."""

    PARAMETERS = {
        "destination": component_spec.ExecutionParameter(type=str),
        "in_service": component_spec.ExecutionParameter(type=str),
        "labels": component_spec.ExecutionParameter(type=str),
        "accepted": component_spec.ExecutionParameter(type=str),
        "mark_absent": component_spec.ExecutionParameter(type=int),
        "allowed": component_spec.ExecutionParameter(type=str, optional=True),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}


class Executor(base_executor.BaseExecutor):
    """Copies the newest version, or gives no model at all."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Finds the model in service.

        Args:
            input_dict: nothing.
            output_dict: `model`; the list is empty afterwards where nothing was ever
                pushed, or what is there was given up.
            exec_properties: those of `BaselineModel`.

        Raises:
            ModelError: what is there cannot be read, was altered, or cannot be
                compared with.
        """
        address = exec_properties["destination"]
        model = artifact_utils.get_single_instance(output_dict["model"])
        current = newest(address)
        expected = Expected.from_parameter(exec_properties["in_service"])
        if expected is not None:
            _check_unchanged(expected, current, address)
        if current is None or not _copied(current, address, model, exec_properties):
            if exec_properties["mark_absent"]:
                model.set_int_custom_property(ABSENT, 1)
            else:
                # An empty folder would be loaded as a model.
                output_dict["model"] = []
            return
        model.set_string_custom_property(VERSION, str(current.version))


class BaselineModel(base_component.BaseComponent):
    """Gives the model in service, or none where nothing was ever pushed."""

    SPEC_CLASS = BaselineModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        destination: str,
        expected: Expected | None,
        labels: list[str],
        accepted: str,
        fingerprint: str,
        mark_absent: bool = False,
        allowed: Sequence[str] = (),
    ) -> None:
        """Declares the node.

        Args:
            destination: the address above the versions.
            expected: the model in service, so that the cache knows when there is
                another; None where the runner does not look.
            labels: the names of the classes, in the order of their numbers.
            accepted: why a model in service that cannot be compared with is given up;
                "" where it is not.
            fingerprint: a digest of the code that this node runs.
            mark_absent: keep the artifact where there is no model, with the custom
                property `absent`, for a runner that wants every output to exist; it
                must take it from the inputs of later nodes.
            allowed: operations that the configuration allows besides the list.
        """
        optional = {"allowed": json.dumps(list(allowed))} if allowed else {}
        super().__init__(
            spec=BaselineModelSpec(
                destination=destination,
                in_service=Expected.to_parameter(expected),
                labels=json.dumps(labels),
                accepted=accepted,
                mark_absent=int(mark_absent),
                fingerprint=fingerprint,
                **optional,
                model=types.Channel(type=standard_artifacts.Model),
            )
        )


def _check_unchanged(
    expected: Expected, current: InService | None, address: str
) -> None:
    """Refuses another model in service than the one that was expected."""
    if Expected.of(current) != expected:
        raise ModelError(
            f"{address}: another model is in service than when the run began; run again"
        )


def _copied(
    current: InService,
    address: str,
    model: types.Artifact,
    exec_properties: dict[str, Any],
) -> bool:
    """Copies the model, and tells whether a candidate can be compared with it."""
    folder = Path(path_utils.serving_model_dir(model.uri))
    folder.parent.mkdir(parents=True, exist_ok=True)
    fetched = store(address).fetch(current.version, folder)
    _check_unchanged(Expected.of(current), InService(current.version, fetched), address)
    operations.check(folder, json.loads(exec_properties.get("allowed") or "[]"))
    trial.check(folder)
    found, wanted = (
        current.manifest.origin.labels,
        json.loads(exec_properties["labels"]),
    )
    other = signatures.difference(folder)
    if found != wanted:
        other = f"its labels are {', '.join(found)}, not {', '.join(wanted)}"
    if other and not exec_properties["accepted"]:
        raise ModelError(
            f"{address}: version {current.version} cannot be compared with: {other}; "
            "if the change is wanted, run once with --accept-new-baseline REASON "
            "(`newsdesk run`, `newsdesk submit`)"
        )
    return not other
