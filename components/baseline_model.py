"""The node that copies the model in service, for the Evaluator to compare with.

If an earlier version was better on the rows of a later run, the node copies both.

It replaces TFX's Resolver, which looks into the metadata of one pipeline root and does
not run on open-source Kubeflow Pipelines. Users get answers from the model in service.
"""

import json
import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from newsdesk.errors import ModelError
from newsdesk.inspection import operations, signatures, trial
from newsdesk.published.in_service import (
    ABSENT,
    BEST,
    VERSION,
    Expected,
    InService,
    newest,
)
from newsdesk.published.stores import store

_log = logging.getLogger("newsdesk")


class BaselineModelSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "destination": component_spec.ExecutionParameter(type=str),
        "in_service": component_spec.ExecutionParameter(type=str),
        "labels": component_spec.ExecutionParameter(type=str),
        "accepted": component_spec.ExecutionParameter(type=str),
        "mark_absent": component_spec.ExecutionParameter(type=int),
        "compare_with_last": component_spec.ExecutionParameter(type=int),
        "allowed": component_spec.ExecutionParameter(type=str, optional=True),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS: dict[str, Any] = {}
    OUTPUTS = {"model": component_spec.ChannelParameter(type=standard_artifacts.Model)}


class Executor(base_executor.BaseExecutor):
    """Copies the newest version, or outputs no model if nothing was pushed."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Copies the model in service into the output.

        Args:
            input_dict: nothing.
            output_dict: `model`; the list is empty afterwards if nothing was pushed
                yet, or if the model in service was given up.
            exec_properties: the parameters of `BaselineModel`.

        Raises:
            ModelError: the model in service cannot be read, has changed, or cannot be
                compared with a candidate.
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
                # TFMA would load an empty folder as a model.
                output_dict["model"] = []
            return
        model.set_string_custom_property(VERSION, str(current.version))
        _copy_best(current, model, exec_properties)


class BaselineModel(base_component.BaseComponent):
    """Outputs the model in service, or no model if nothing was pushed yet."""

    SPEC_CLASS = BaselineModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        destination: str,
        expected: Expected | None,
        labels: list[str],
        accepted: str,
        fingerprint: str,
        compare_with_last: int = 0,
        mark_absent: bool = False,
        allowed: Sequence[str] = (),
    ) -> None:
        """Declares the node.

        Args:
            destination: the address above the versions.
            expected: the model in service, as a part of the cache key; None if the
                runner does not look it up.
            labels: the names of the classes, in the order of their numbers.
            accepted: the user's reason to give up a model in service that cannot be
                compared with a candidate; "" without a reason.
            fingerprint: a digest of the code that this node runs.
            compare_with_last: how many of the last pushes can be the best one.
            mark_absent: if there is no model, keep the artifact and set its custom
                property `absent`, because the runner requires every output. The runner
                must then remove it from the inputs of later nodes.
            allowed: operations that the configuration adds to the allow-list.
        """
        optional = {"allowed": json.dumps(list(allowed))} if allowed else {}
        super().__init__(
            spec=BaselineModelSpec(
                destination=destination,
                in_service=Expected.to_parameter(expected),
                labels=json.dumps(labels),
                accepted=accepted,
                mark_absent=int(mark_absent),
                compare_with_last=compare_with_last,
                fingerprint=fingerprint,
                **optional,
                model=types.Channel(type=standard_artifacts.Model),
            )
        )


def _check_unchanged(
    expected: Expected, current: InService | None, address: str
) -> None:
    """Stops the run if another model came into service since the run began."""
    if Expected.of(current) != expected:
        raise ModelError(
            f"{address}: the model in service has changed since the run began; run "
            "again"
        )


def _copied(
    current: InService,
    address: str,
    model: types.Artifact,
    exec_properties: dict[str, Any],
) -> bool:
    """Copies the model; returns whether a candidate can be compared with it."""
    folder = Path(path_utils.serving_model_dir(model.uri))
    folder.parent.mkdir(parents=True, exist_ok=True)
    fetched = store(address).fetch(current.version, folder)
    # The newest version may have been replaced between the look-up and the copy.
    _check_unchanged(Expected.of(current), InService(current.version, fetched), address)
    operations.check(folder, json.loads(exec_properties.get("allowed") or "[]"))
    trial.check(folder)
    labels: list[str] = json.loads(exec_properties["labels"])
    served = current.manifest.origin.labels
    difference = signatures.difference(folder)
    if served != labels:
        difference = f"its labels are {', '.join(served)}, not {', '.join(labels)}"
    if difference and not exec_properties["accepted"]:
        raise ModelError(
            f"{address}: version {current.version} cannot be compared with a new "
            f"model: {difference}; if you intend this change, run once with "
            "--accept-new-baseline REASON (`newsdesk run`, `newsdesk submit`)"
        )
    return not difference


def _copy_best(
    current: InService, model: types.Artifact, exec_properties: dict[str, Any]
) -> None:
    """Copies the version that is better than the model in service, if there is one.

    Without it, a candidate is compared with the model in service alone, so a version
    that was retired or damaged does not stop the run.
    """
    best, origin = current.manifest.origin.best, current.manifest.origin
    destination = store(exec_properties["destination"])
    last = exec_properties["compare_with_last"]
    if best is None or origin.pushes_since_best > last:
        return
    if best not in destination.versions():
        return
    folder = Path(model.uri, BEST)
    try:
        found = destination.fetch(best, folder)
        operations.check(folder, json.loads(exec_properties.get("allowed") or "[]"))
        trial.check(folder)
        is_comparable = (
            found.origin.labels == origin.labels
            and found.model_digest not in origin.withdrawn
            and not signatures.difference(folder)
        )
    except ModelError as error:
        _log.warning("version %d is not compared with: %s", best, error)
        is_comparable = False
    if is_comparable:
        model.set_string_custom_property(BEST, str(best))
    else:
        shutil.rmtree(folder, ignore_errors=True)
