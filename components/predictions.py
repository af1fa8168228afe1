"""The node that writes the predictions of all compared models for the tested split.

It writes them once, for every node that needs them.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from apache_beam.io.filesystems import FileSystems
from tfx import types
from tfx.dsl.components.base import (
    base_beam_component,
    base_beam_executor,
    executor_spec,
)
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from components import one_process, predicted_rows
from components.predicted_rows import CANDIDATE, SLICE, Models
from newsdesk.evaluation.prediction_file import FILE
from newsdesk.evaluation.tested import Tested
from newsdesk.evaluation.tested_rows import Predicted, TestedRows
from newsdesk.inspection import trial
from newsdesk.published.in_service import BEST
from newsdesk.rows.parquet_opener import open_parquet

# The models that a candidate is compared with.
_OTHERS = ("baseline", "best")


class RowPredictions(types.Artifact):
    """One Parquet file with a row for every row of the tested split.

    Its columns are `text`, `label` (the number of the true class), `predicted` (the
    number of the likeliest class), `probability` (float32, of that class), `loss`
    (cross entropy in nats, NaN if a probability is not finite) and `probabilities`
    (float32, one for each class); for each other model that was given,
    `baseline/predicted`, `baseline/probability` and `baseline/loss`, or `best/...`; and
    `slice/<column>` for each slice column.
    """

    TYPE_NAME = "components.RowPredictions"


class PredictionsSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "split": component_spec.ExecutionParameter(type=str),
        "slice_columns": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "baseline": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {"predictions": component_spec.ChannelParameter(type=RowPredictions)}


class Executor(base_beam_executor.BaseBeamExecutor):
    """Calls the exported signature batch by batch, without Beam in one process."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the predictions.

        Args:
            input_dict: raw `examples`; `model`, the candidate; `baseline`, the
                output of BaselineModel, or none.
            output_dict: `predictions`, the folder of the file.
            exec_properties: `split`, the name of the tested split; `slice_columns`;
                `scratch`, only if workers share no folder with this process: an
                address that both can use.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        examples = artifact_utils.get_single_instance(input_dict["examples"])
        written = artifact_utils.get_single_instance(output_dict["predictions"])
        folder = Path(written.uri)
        folder.mkdir(parents=True, exist_ok=True)
        columns: list[str] = json.loads(exec_properties["slice_columns"])
        models = _models(input_dict)
        others = [name for name in _OTHERS if name in models]
        schema = pa.schema(
            {
                "text": pa.string(),
                "label": pa.int64(),
                "predicted": pa.int64(),
                "probability": pa.float32(),
                "loss": pa.float64(),
                "probabilities": pa.list_(pa.float32()),
                **{f"{name}/predicted": pa.int64() for name in others},
                **{f"{name}/probability": pa.float32() for name in others},
                **{f"{name}/loss": pa.float64() for name in others},
                **{SLICE + column: pa.string() for column in columns},
            }
        )
        # A call in this process that never ends could not be stopped, so try it in
        # another. BaselineModel has tried the other models.
        trial.check(Path(models[CANDIDATE]))
        files = _files(examples, exec_properties["split"])
        args = self._beam_pipeline_args
        if not args or one_process.is_one_process(args):
            batches: Iterator[Any] = (
                pa.RecordBatch.from_pydict(batch, schema)
                for batch in Models(models).predicted(files, columns)
            )
        else:
            batches = predicted_rows.on_workers(
                self._make_beam_pipeline,
                models,
                files,
                columns,
                schema,
                exec_properties.get("scratch") or written.uri,
            )
        with pq.ParquetWriter(folder / FILE, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)


def read(folder: Path) -> TestedRows:
    """Reads the predictions without texts and probabilities.

    Args:
        folder: of a RowPredictions artifact.

    Returns:
        The rows, in the order of the file.
    """
    file = open_parquet(folder / FILE)
    names = file.schema_arrow.names
    table = _columns(
        file, [name for name in names if name not in ("text", "probabilities")]
    )

    def predicted(prefix: str) -> Predicted | None:
        if f"{prefix}predicted" not in names:
            return None
        columns = ("predicted", "loss", "probability")
        return Predicted(*(table[prefix + name].to_numpy() for name in columns))

    candidate = predicted("")
    assert candidate is not None
    return TestedRows(
        table["label"].to_numpy(),
        candidate,
        baseline=predicted("baseline/"),
        best=predicted("best/"),
        slices={
            name.removeprefix(SLICE): table[name].to_numpy()
            for name in names
            if name.startswith(SLICE)
        },
    )


def read_all(folder: Path, labels: list[str]) -> Tested:
    """Reads the predictions with texts and probabilities.

    Args:
        folder: of a RowPredictions artifact.
        labels: the names of the classes, in the order of their numbers.

    Returns:
        The rows, in the order of the file.
    """
    rows = read(folder)
    table = _columns(open_parquet(folder / FILE), ["text", "probabilities"])
    # A column of no rows may have no chunk, and numpy cannot join no arrays.
    shares = [np.empty(0, np.float32)]
    shares += [chunk.flatten().to_numpy() for chunk in table["probabilities"].chunks]
    return Tested(
        labels,
        rows.label,
        rows.candidate.classes,
        rows.candidate.losses,
        np.concatenate(shares).reshape(-1, len(labels)),
        table["text"].to_pylist(),
        rows.baseline,
        rows.slices,
    )


def _columns(file: Any, names: list[str]) -> Any:
    """Reads columns as a pyarrow.Table."""
    if not file.num_row_groups:
        # pyarrow 18 cannot read such a file.
        return file.schema_arrow.empty_table().select(names)
    return file.read(columns=names)


class Predictions(base_beam_component.BaseBeamComponent):
    """Writes the predictions that later nodes share."""

    SPEC_CLASS = PredictionsSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        baseline: types.BaseChannel,
        split: str,
        slice_columns: list[str],
        fingerprint: str,
    ) -> None:
        """Declares the node.

        Args:
            examples: raw examples.
            model: the candidate.
            baseline: the output of BaselineModel.
            split: the name of the tested split.
            slice_columns: columns by which models are compared.
            fingerprint: a digest of the code that this node runs.
        """
        super().__init__(
            spec=PredictionsSpec(
                examples=examples,
                model=model,
                baseline=baseline,
                split=split,
                slice_columns=json.dumps(slice_columns),
                fingerprint=fingerprint,
                predictions=types.Channel(type=RowPredictions),
            )
        )


def _files(examples: types.Artifact, split: str) -> list[str]:
    """Lists the files of a split, always in the same order."""
    folder = artifact_utils.get_split_uri([examples], split)
    (found,) = FileSystems.match([os.path.join(folder, "*")])
    return sorted(one.path for one in found.metadata_list)


def _models(input_dict: dict[str, list[types.Artifact]]) -> dict[str, str]:
    """The folders of the models: `model`, and those of `_OTHERS` that there are."""
    candidate = artifact_utils.get_single_instance(input_dict["model"])
    found = {
        CANDIDATE: path_utils.serving_model_path(
            candidate.uri, path_utils.is_old_model_artifact(candidate)
        )
    }
    for baseline in input_dict.get("baseline") or []:
        found["baseline"] = path_utils.serving_model_path(baseline.uri)
        if baseline.get_string_custom_property(BEST):
            found["best"] = os.path.join(baseline.uri, BEST)
    return found
