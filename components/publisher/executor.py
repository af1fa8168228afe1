"""Stages a candidate, checks it as a server would load it, and publishes it."""

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

from tfx import types
from tfx.components.pusher import executor
from tfx.components.util import model_utils
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.publisher import baseline_rule
from components.publisher.rehearsal import rehearse
from components.text_statistics.statistics import FILE as STATISTICS
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.config.push import Sign
from newsdesk.errors import ModelError, reason
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.identity.recipe import DATA_DIGEST, run_key
from newsdesk.inspection import operations, signatures
from newsdesk.published import manifest, signing
from newsdesk.published.in_service import (
    ACCEPTED,
    COMPARED,
    OUTCOME,
    REFUSALS,
    SHOWN,
    VERSION,
    InService,
    Outcome,
    newest,
    repeated,
)
from newsdesk.published.manifest import Manifest, Origin
from newsdesk.published.store import Store, replaced
from newsdesk.published.stores import store

_log = logging.getLogger("newsdesk")


class Executor(executor.Executor):
    """TFX's Pusher, except for how a version appears in the destination."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Overrides Executor.Do.

        Args:
            input_dict: `model`, `model_blessing`, `evaluation`, `predictions`,
                `statistics`, `examples`; `baseline`, the model in service that the
                candidate was compared with, or none.
            output_dict: `pushed_model`, which records the outcome.
            exec_properties: the parameters of `component.Pusher`.

        Raises:
            GateError: the model in service fails on the rows of this run.
            ModelError: the staged copy differs, the candidate was not compared with
                the model in service, or the destination cannot be used. The model in
                service is then unchanged.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(output_dict["pushed_model"])
        Path(pushed.uri).mkdir(parents=True, exist_ok=True)
        _describe(pushed, input_dict)
        # TFX's own CheckBlessing accepts a model without a blessing.
        blessing = artifact_utils.get_single_instance(input_dict["model_blessing"])
        # Before the blessing is read: if the labels are wrong, the candidate fails too,
        # and a refused candidate would hide the cause.
        given_up = _given_up(input_dict, exec_properties)
        if not model_utils.is_model_blessed(blessing):
            self._MarkNotPushed(pushed)
            return
        destination = store(exec_properties["destination"])
        candidate = Path(self.GetModelPath(input_dict))
        digest = manifest.model_digest(manifest.parts(candidate))
        current = newest(exec_properties["destination"])
        before = current.manifest.origin if current else None
        origin = _origin(input_dict, exec_properties, before, given_up)
        outcome = _known(current.manifest, digest, origin) if current else None
        if outcome is None:
            if current:
                _must_be_compared(current, input_dict, exec_properties)
            over = current.version if current else None
            sign = _sign(exec_properties)
            version = _publish(
                destination, candidate, digest, origin, input_dict, over, sign
            )
            outcome = Outcome.PUSHED
            _retire(destination, version, exec_properties, origin.best)
        elif current:
            version = current.version
        pushed.set_string_custom_property(OUTCOME, str(outcome))
        if current and origin.accepted:
            pushed.set_string_custom_property(ACCEPTED, origin.accepted)
        if outcome is Outcome.WITHDRAWN:
            self._MarkNotPushed(pushed)
        else:
            address = f"{destination.address}/{version}"
            self._MarkPushed(pushed, address, str(version))


def _describe(
    pushed: types.Artifact, input_dict: dict[str, list[types.Artifact]]
) -> None:
    """Adds to the output what was decided, and about which version, for the report."""
    decided = _decided(input_dict)
    for name, sentences in ((REFUSALS, decided.refusals), (SHOWN, decided.shown)):
        pushed.set_string_custom_property(name, json.dumps(sentences))
    for model in input_dict.get("baseline") or []:
        version = model.get_string_custom_property(VERSION)
        pushed.set_string_custom_property(COMPARED, version)


def _known(current: Manifest, digest: str, origin: Origin) -> Outcome | None:
    """Returns the outcome for a model that was published before; None for a new one.

    Two trainings on the same inputs export the same weights in different graphs: names
    and order of the functions differ. So a copy is recognized by its digest, and a
    repetition by the digest of its inputs.
    """
    if digest == current.model_digest:
        before, now = current.origin, origin
        # A node that is tried again finds what it published before.
        is_own = (before.run, before.run_key) == (now.run, now.run_key)
        return Outcome.PUSHED if is_own else Outcome.IN_SERVICE
    if digest in current.origin.withdrawn:
        return Outcome.WITHDRAWN
    return repeated(current, origin.run_key)


def _must_be_compared(
    current: InService,
    input_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
) -> None:
    """Refuses to replace a model that the candidate was not compared with."""
    models = input_dict.get("baseline") or []
    if not models and exec_properties["accepted"]:
        return
    compared = [
        manifest.read(Path(path_utils.serving_model_path(model.uri))).digest
        for model in models
    ]
    if compared != [current.manifest.digest]:
        raise replaced(exec_properties["destination"], current.version)


def _publish(
    destination: Store,
    candidate: Path,
    digest: str,
    origin: Origin,
    input_dict: dict[str, list[types.Artifact]],
    over: int | None,
    sign: Sign | None,
) -> int:
    statistics = artifact_utils.get_single_uri(input_dict["statistics"])
    predictions = artifact_utils.get_single_uri(input_dict["predictions"])
    folder = destination.stage()
    try:
        described = _fill(folder, candidate, Path(statistics), origin)
        # The 64 rows of the rehearsal do not show a change of every bit.
        if described.model_digest != digest:
            raise ModelError(
                f"{folder}: the copy is not the model that was trained, so nothing "
                "was published; run again, and check the disk if it happens again"
            )
        operations.check(folder, origin.allowed_operations)
        if difference := signatures.difference(folder):
            raise ModelError(
                f"{candidate}: has other signatures than the models in service: "
                f"{difference}"
            )
        rehearse(folder, Path(predictions))
        if sign:
            signing.sign(folder, sign)
        # Files may have changed during the rehearsal.
        manifest.verify(folder)
        return destination.publish(folder, described, over)
    finally:
        destination.release(folder)


def _sign(exec_properties: dict[str, Any]) -> Sign | None:
    written = exec_properties.get("sign")
    return Sign.model_validate_json(written) if written else None


def _fill(folder: Path, candidate: Path, statistics: Path, origin: Origin) -> Manifest:
    """Writes all files of a version into a folder."""
    try:
        shutil.copytree(candidate, folder, dirs_exist_ok=True)
        (folder / manifest.STATISTICS).parent.mkdir(exist_ok=True)
        shutil.copy(statistics / STATISTICS, folder / manifest.STATISTICS)
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
    except OSError as error:
        raise ModelError(
            f"{folder}: the model cannot be copied there: {reason(error)}; nothing "
            "was published. Free some space, or set push.destination, and run again"
        ) from None
    return described


def _retire(
    destination: Store,
    version: int,
    exec_properties: dict[str, Any],
    spared: int | None,
) -> None:
    if not exec_properties.get("keep"):
        return
    try:
        destination.retire(
            exec_properties["keep"], exec_properties["grace_seconds"], spared
        )
    except ModelError as error:
        # The push succeeded, and the next push removes the old versions.
        _log.warning(
            "version %d is in service, but old versions were not removed: %s",
            version,
            error,
        )


def _given_up(
    input_dict: dict[str, list[types.Artifact]], exec_properties: dict[str, Any]
) -> bool:
    """Returns whether the user's reason replaces the comparison with a baseline."""
    compared = _decided(input_dict).baseline_metrics
    baselines = input_dict.get("baseline") or []
    return baseline_rule.check(baselines, compared, exec_properties) or not compared


def _origin(
    input_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
    before: Origin | None,
    given_up: bool,
) -> Origin:
    recipe = json.loads(exec_properties["origin"])
    examples = artifact_utils.get_single_instance(input_dict["examples"])
    data = examples.get_string_custom_property(DATA_DIGEST)
    decided = _decided(input_dict)
    best = None if given_up else decided.best
    return Origin(
        run=Path(os.environ.get(RUN_FOLDER_VARIABLE, "unknown")).name,
        run_key=run_key(recipe["recipe"], data),
        data_digest=data,
        code_digest=recipe["code"],
        labels=json.loads(exec_properties["labels"]),
        metrics=decided.metrics,
        versions=recipe["versions"],
        # Keep the reason only if a baseline was given up.
        accepted=(exec_properties["accepted"] or None) if given_up else None,
        withdrawn=before.withdrawn if before else [],
        best=best,
        pushes_since_best=0 if best is None else _pushes_since(best, before),
        allowed_operations=recipe.get("allowed", []),
    )


def _pushes_since(best: int, before: Origin | None) -> int:
    """Counts the pushes since the best version, with the one that begins now."""
    return 1 + before.pushes_since_best if before and before.best == best else 1


def _decided(input_dict: dict[str, list[types.Artifact]]) -> Decision:
    evaluation = artifact_utils.get_single_uri(input_dict["evaluation"])
    return decision.read(Path(evaluation))
