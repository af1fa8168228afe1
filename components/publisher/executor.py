"""Stages a model, checks it as a server would see it, and makes it the newest."""

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
from newsdesk.config.sections import RUN_FOLDER_VARIABLE, Sign
from newsdesk.errors import ModelError, reason
from newsdesk.evaluation import results
from newsdesk.identity.recipe import DATA_DIGEST, run_key
from newsdesk.inspection import operations, signatures
from newsdesk.published import manifest, signing
from newsdesk.published.in_service import OUTCOME, InService, Outcome, newest, repeated
from newsdesk.published.manifest import Manifest, Origin
from newsdesk.published.store import Store, replaced
from newsdesk.published.stores import store

_log = logging.getLogger("newsdesk")


class Executor(executor.Executor):
    """TFX's Pusher, but for how a version appears in the destination."""

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
            output_dict: `pushed_model`, which says what was done.
            exec_properties: those of `component.Pusher`.

        Raises:
            GateError: the model in service fails on the rows of this run.
            ModelError: the staged copy differs, the candidate was compared with
                another model than the one in service, or the destination cannot be
                used; what is in service is then as it was.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        said = artifact_utils.get_single_instance(output_dict["pushed_model"])
        Path(said.uri).mkdir(parents=True, exist_ok=True)
        # TFX's own CheckBlessing lets a model pass that nobody has judged.
        blessing = artifact_utils.get_single_instance(input_dict["model_blessing"])
        # Before the blessing: a candidate that is refused would hide the reason.
        given_up = _given_up(input_dict, exec_properties)
        if not model_utils.is_model_blessed(blessing):
            self._MarkNotPushed(said)
            return
        place = store(exec_properties["destination"])
        candidate = Path(self.GetModelPath(input_dict))
        digest = manifest.model_digest(manifest.parts(candidate))
        current = newest(exec_properties["destination"])
        withdrawn = current.manifest.origin.withdrawn if current else []
        origin = _origin(input_dict, exec_properties, withdrawn, given_up)
        outcome = _known(current.manifest, digest, origin) if current else None
        if outcome is None:
            if current:
                _must_be_compared(current, input_dict, exec_properties)
            over = current.version if current else None
            sign = _sign(exec_properties)
            version = _publish(place, candidate, digest, origin, input_dict, over, sign)
            outcome = Outcome.PUSHED
            _retire(place, version, exec_properties)
        elif current:
            version = current.version
        said.set_string_custom_property(OUTCOME, str(outcome))
        if outcome is Outcome.WITHDRAWN:
            self._MarkNotPushed(said)
        else:
            self._MarkPushed(said, f"{place.address}/{version}", str(version))


def _known(current: Manifest, digest: str, origin: Origin) -> Outcome | None:
    """What became of this model before; None for one that is new.

    Two trainings of the same inputs export the same weights in another graph: its
    functions have other names and stand in another order. So a copy is known by its
    digest, and a repetition by its inputs.
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
    """What came into service during the run must not be replaced unseen."""
    models = input_dict.get("baseline") or []
    if not models and exec_properties["accepted"]:
        return
    compared = [
        manifest.read(Path(path_utils.serving_model_path(one.uri))).digest
        for one in models
    ]
    if compared != [current.manifest.digest]:
        raise replaced(exec_properties["destination"], current.version)


def _publish(
    place: Store,
    candidate: Path,
    digest: str,
    origin: Origin,
    input_dict: dict[str, list[types.Artifact]],
    over: int | None,
    sign: Sign | None,
) -> int:
    statistics = artifact_utils.get_single_uri(input_dict["statistics"])
    predictions = artifact_utils.get_single_uri(input_dict["predictions"])
    folder = place.stage()
    try:
        described = _fill(folder, candidate, Path(statistics), origin)
        # 64 rows do not show every bit of a model.
        if described.model_digest != digest:
            raise ModelError(
                f"{folder}: the copy is not the model that was trained, so nothing "
                "was published; run again, and look at the disk if it happens again"
            )
        operations.check(folder, origin.allowed_operations)
        if other := signatures.difference(folder):
            raise ModelError(f"{candidate}: cannot be served as models before: {other}")
        rehearse(folder, Path(predictions))
        if sign:
            signing.sign(folder, sign)
        # What was rehearsed is what is published.
        manifest.verify(folder)
        return place.publish(folder, described, over)
    finally:
        place.release(folder)


def _sign(exec_properties: dict[str, Any]) -> Sign | None:
    written = exec_properties.get("sign")
    return Sign.model_validate_json(written) if written else None


def _fill(folder: Path, candidate: Path, statistics: Path, origin: Origin) -> Manifest:
    """Puts into a folder all that a version consists of."""
    try:
        shutil.copytree(candidate, folder, dirs_exist_ok=True)
        (folder / manifest.STATISTICS).parent.mkdir(exist_ok=True)
        shutil.copy(statistics / STATISTICS, folder / manifest.STATISTICS)
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
    except OSError as error:
        raise ModelError(
            f"{folder}: the model cannot be copied there: {reason(error)}; nothing "
            "was published; free some space, or set push.destination, and run again"
        ) from None
    return described


def _retire(place: Store, version: int, exec_properties: dict[str, Any]) -> None:
    if not exec_properties.get("keep"):
        return
    try:
        place.retire(exec_properties["keep"], exec_properties["grace_seconds"])
    except ModelError as error:
        # The push is done, and the next one tries again.
        _log.warning("version %d is in service, but old ones stay: %s", version, error)


def _given_up(
    input_dict: dict[str, list[types.Artifact]], exec_properties: dict[str, Any]
) -> bool:
    """Whether a reason replaces the comparison with the model in service."""
    evaluation = artifact_utils.get_single_uri(input_dict["evaluation"])
    labels = json.loads(exec_properties["labels"])
    compared = results.metrics(evaluation, labels, of_baseline=True)
    baselines = input_dict.get("baseline") or []
    return baseline_rule.check(baselines, compared, exec_properties) or not compared


def _origin(
    input_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
    withdrawn: list[str],
    given_up: bool,
) -> Origin:
    told = json.loads(exec_properties["origin"])
    examples = artifact_utils.get_single_instance(input_dict["examples"])
    data = examples.get_string_custom_property(DATA_DIGEST)
    evaluation = artifact_utils.get_single_uri(input_dict["evaluation"])
    labels = json.loads(exec_properties["labels"])
    return Origin(
        run=Path(os.environ.get(RUN_FOLDER_VARIABLE, "unknown")).name,
        run_key=run_key(told["recipe"], data),
        data_digest=data,
        code_digest=told["code"],
        labels=labels,
        metrics=results.metrics(evaluation, labels),
        versions=told["versions"],
        # Keep the reason only if a baseline was given up.
        accepted=(exec_properties["accepted"] or None) if given_up else None,
        withdrawn=withdrawn,
        allowed_operations=told.get("allowed", []),
    )
