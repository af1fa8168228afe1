"""Stages a model, checks it as a server would see it, and makes it the newest."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tfx import types
from tfx.components.pusher import executor
from tfx.types import artifact_utils

from components.publisher.rehearsal import rehearse
from components.text_statistics.statistics import FILE as STATISTICS
from pipeline import evaluated
from pipeline.config import RUN_FOLDER_VARIABLE
from pipeline.errors import ModelError
from pipeline.inputs import CONTENT, key
from pipeline.published import manifest, operations, signatures
from pipeline.published.in_service import (
    IN_SERVICE,
    OUTCOME,
    PUSHED,
    WITHDRAWN,
    newest,
)
from pipeline.published.manifest import Origin
from pipeline.published.places import store
from pipeline.published.store import Store


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
                `statistics`, `examples`.
            output_dict: `pushed_model`, which says what was done.
            exec_properties: those of `component.Pusher`.

        Raises:
            ModelError: the staged copy differs, or the destination cannot be used;
                what is in service is then as it was.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        said = artifact_utils.get_single_instance(output_dict["pushed_model"])
        Path(said.uri).mkdir(parents=True, exist_ok=True)
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(said)
            return
        place = store(exec_properties["destination"])
        candidate = Path(self.GetModelPath(input_dict))
        digest = manifest.digest(manifest.parts(candidate))
        current = newest(exec_properties["destination"])
        if current and digest in current.manifest.origin.withdrawn:
            self._MarkNotPushed(said)
            said.set_string_custom_property(OUTCOME, WITHDRAWN)
            return
        if current and digest == current.manifest.model:
            version, outcome = current.version, IN_SERVICE
        else:
            withdrawn = current.manifest.origin.withdrawn if current else []
            origin = _origin(input_dict, exec_properties, withdrawn)
            version, outcome = _publish(place, candidate, origin, input_dict), PUSHED
            if exec_properties.get("keep"):
                place.retire(exec_properties["keep"], exec_properties["grace_seconds"])
        self._MarkPushed(said, f"{place.address}/{version}", str(version))
        said.set_string_custom_property(OUTCOME, outcome)


def _publish(
    place: Store,
    candidate: Path,
    origin: Origin,
    input_dict: dict[str, list[types.Artifact]],
) -> int:
    folder = place.stage()
    try:
        shutil.copytree(candidate, folder, dirs_exist_ok=True)
        statistics = artifact_utils.get_single_uri(input_dict["statistics"])
        shutil.copy(Path(statistics, STATISTICS), folder / manifest.STATISTICS)
        described = manifest.describe(folder, origin)
        manifest.write(described, folder)
        operations.check(folder)
        if other := signatures.difference(folder):
            raise ModelError(f"{candidate}: cannot be served as models before: {other}")
        predictions = artifact_utils.get_single_uri(input_dict["predictions"])
        rehearse(folder, Path(predictions))
        # What was rehearsed is what is published.
        manifest.verify(folder)
        return place.publish(folder, described)
    except (OSError, shutil.Error) as error:
        raise ModelError(
            f"{folder}: the model cannot be copied there: {error}; free some space, "
            "or set push.destination, and run again"
        ) from None
    finally:
        place.release(folder)


def _origin(
    input_dict: dict[str, list[types.Artifact]],
    exec_properties: dict[str, Any],
    withdrawn: list[str],
) -> Origin:
    told = json.loads(exec_properties["origin"])
    examples = artifact_utils.get_single_instance(input_dict["examples"])
    data = examples.get_string_custom_property(CONTENT)
    evaluation = artifact_utils.get_single_uri(input_dict["evaluation"])
    labels = json.loads(exec_properties["labels"])
    compared = evaluated.metrics(evaluation, labels, of_baseline=True)
    return Origin(
        run=Path(os.environ.get(RUN_FOLDER_VARIABLE, "unknown")).name,
        inputs=key(told["recipe"], data),
        data=data,
        code=told["code"],
        labels=labels,
        metrics=evaluated.metrics(evaluation, labels),
        versions=told["versions"],
        # A reason that was not needed is no record of anything.
        accepted=None if compared else exec_properties["accepted"] or None,
        withdrawn=withdrawn,
    )
