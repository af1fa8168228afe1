"""Answers new rows, and publishes the answers when all of them are written."""

from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils
from tfx.utils import import_utils

from components import one_process
from components.bulk_inferrer import places, record
from components.bulk_inferrer.record import Record
from newsdesk.config.score import Score
from newsdesk.inspection import operations
from newsdesk.published.in_service import InService, newest
from newsdesk.published.stores import store


class Executor(base_beam_executor.BaseBeamExecutor):
    """Answers rows with the newest version, which an earlier run may have pushed."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the answers, unless this model has already answered these rows.

        Args:
            input_dict: nothing.
            output_dict: `inference_result`, the folder for the answers, the quarantine
                and the record of what was done.
            exec_properties: the parameters of `component.BulkInferrer`.

        Raises:
            DataError: the rows cannot be read, or none can be answered.
            ModelError: the model in service is damaged, or cannot be read.
            NewsdeskError: the answers cannot be written.
        """
        folder = Path(artifact_utils.get_single_uri(output_dict["inference_result"]))
        folder.mkdir(parents=True, exist_ok=True)
        score = Score.model_validate_json(exec_properties["score"])
        files = record.files_of(score)
        current = newest(exec_properties["destination"])
        if not files:
            done = Record(nothing=f"{score.path} matches no file")
        elif current is None:
            done = Record(nothing="no model is in service yet")
        else:
            key = record.key_of(score, files, current)
            if record.is_answered(score, key):
                done = Record(
                    nothing=f"version {current.version} has already answered these rows"
                )
            else:
                done = self._answer(folder, files, current, score, exec_properties)
                done.key, done.size = key, places.size(_staged(folder, score.out)) or 0
        (folder / record.FILE).write_text(done.model_dump_json() + "\n")
        if not done.nothing:
            _publish(folder, score)

    def _answer(
        self,
        folder: Path,
        files: list[str],
        current: InService,
        score: Score,
        exec_properties: dict[str, Any],
    ) -> Record:
        """Writes answers and quarantine into the folder of the output."""
        # A copy, because the next push may remove an old version.
        model = Path(self._get_tmp_dir(), "model")
        model.parent.mkdir(parents=True, exist_ok=True)
        store(exec_properties["destination"]).fetch(current.version, model)
        operations.check(model, current.manifest.origin.allowed_operations)
        answer: Any = import_utils.import_class_by_path(exec_properties["answer_fn"])
        is_one = one_process.is_one_process(self._beam_pipeline_args)
        counts = answer(
            files,
            model,
            Path(_staged(folder, score.out)),
            score,
            None if is_one else self._make_beam_pipeline,
        )
        return Record(
            version=current.version,
            out=score.out,
            rows=counts.written,
            abstained=counts.abstained,
            bad=counts.bad,
            first_bad=counts.first_bad,
        )


def _staged(folder: Path, place: str) -> str:
    """The path of a file before it is published."""
    return str(folder / place.rpartition("/")[2])


def _publish(folder: Path, score: Score) -> None:
    """Copies the files; the record counts, so it goes first and comes last."""
    places.remove(score.record)
    if Path(_staged(folder, score.quarantine)).exists():
        places.write(Path(_staged(folder, score.quarantine)), score.quarantine)
    else:
        places.remove(score.quarantine)
    places.write(Path(_staged(folder, score.out)), score.out)
    places.write(folder / record.FILE, score.record)
