"""The node that evaluates a candidate and decides whether it may be pushed.

It rests on the rows that Predictions wrote, so no model runs a second time. TFMA writes
the metrics over all rows and by slice. Its thresholds cannot express a paired test, and
its metrics of a class cost a pass over all rows each, so our rules decide.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow_model_analysis as tfma
from tfx import types
from tfx.components.evaluator import component, constants
from tfx.dsl.components.base import (
    base_beam_component,
    base_beam_executor,
    executor_spec,
)
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.types.standard_component_specs import EvaluatorSpec
from tfx.utils import json_utils, proto_utils

from components import one_process, predictions, tfma_files, tfma_rows
from newsdesk.config.evaluation import Evaluation
from newsdesk.evaluation import decision
from newsdesk.evaluation.decision import Decision
from newsdesk.published.in_service import BEST, VERSION


class EvaluatorOfRowsSpec(EvaluatorSpec):
    """TFX's parameters, inputs and outputs, and those of our rules."""

    PARAMETERS = {
        **EvaluatorSpec.PARAMETERS,
        "limits": component_spec.ExecutionParameter(type=str),
        "labels": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        **EvaluatorSpec.INPUTS,
        "predictions": component_spec.ChannelParameter(type=predictions.RowPredictions),
    }


class Executor(base_beam_executor.BaseBeamExecutor):
    """Computes the metrics, and decides by our rules."""

    def Do(  # noqa: N802  TFX calls it by this name
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Evaluates the candidate.

        Args:
            input_dict: the inputs of TFX's Evaluator, and `predictions`.
            output_dict: `evaluation`, which also gets the decision, and `blessing`.
            exec_properties: the parameters of `EvaluatorOfRowsSpec`.

        Raises:
            DataError: the tested split is empty.
        """
        # Before the metrics, because it is faster and explains an empty split.
        decided = _decide(input_dict, exec_properties)
        folder = Path(artifact_utils.get_single_uri(output_dict["evaluation"]))
        eval_config = tfma.EvalConfig()
        proto_utils.json_to_proto(exec_properties["eval_config"], eval_config)
        predicted = Path(artifact_utils.get_single_uri(input_dict["predictions"]))
        classes = len(json.loads(exec_properties["labels"]))
        if one_process.is_one_process(self._beam_pipeline_args):
            tfma_files.write(predicted, classes, eval_config, folder)
        else:
            with self._make_beam_pipeline() as pipeline:
                tfma_rows.evaluate(
                    pipeline, predicted, classes, eval_config, str(folder)
                )
        decision.write(decided, folder)
        _bless(input_dict, output_dict, is_good=not decided.refusals)


class Evaluator(component.Evaluator):
    """TFX's Evaluator, with rules that statistics support."""

    SPEC_CLASS = EvaluatorOfRowsSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        channels: Mapping[str, types.BaseChannel],
        split: str,
        eval_config: Any,
        limits: Evaluation,
        labels: list[str],
        fingerprint: str,
    ) -> None:
        """Declares the node.

        Args:
            channels: the inputs, by the names in `EvaluatorOfRowsSpec.INPUTS`.
            split: the name of the tested split.
            eval_config: the metrics that TFX computes.
            limits: the evaluation section.
            labels: the names of the classes, in the order of their numbers.
            fingerprint: a digest of the code that this node runs.
        """
        spec = EvaluatorOfRowsSpec(
            **channels,
            example_splits=json_utils.dumps([split]),
            eval_config=eval_config,
            limits=limits.model_dump_json(),
            labels=json.dumps(labels),
            fingerprint=fingerprint,
            evaluation=types.Channel(type=standard_artifacts.ModelEvaluation),
            blessing=types.Channel(type=standard_artifacts.ModelBlessing),
        )
        # TFX's own __init__ would build a spec without our inputs.
        base_beam_component.BaseBeamComponent.__init__(self, spec=spec)


def _decide(
    input_dict: dict[str, list[types.Artifact]], exec_properties: dict[str, Any]
) -> Decision:
    """Applies the rules to the rows that Predictions wrote."""
    rows = predictions.read(
        Path(artifact_utils.get_single_uri(input_dict["predictions"]))
    )
    return decision.decide(
        rows,
        json.loads(exec_properties["labels"]),
        Evaluation.model_validate_json(exec_properties["limits"]),
        *(_property(input_dict, name) for name in (VERSION, BEST)),
    )


def _property(input_dict: dict[str, list[types.Artifact]], name: str) -> str:
    models = input_dict.get("baseline_model")
    return str(models[0].get_string_custom_property(name)) if models else ""


def _bless(
    input_dict: dict[str, list[types.Artifact]],
    output_dict: dict[str, list[types.Artifact]],
    is_good: bool,
) -> None:
    """Writes the blessing as TFX's Evaluator does."""
    blessing = artifact_utils.get_single_instance(output_dict["blessing"])
    model = artifact_utils.get_single_instance(input_dict["model"])
    blessing.set_string_custom_property(
        constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri
    )
    blessing.set_int_custom_property(
        constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id
    )
    folder = Path(blessing.uri)
    folder.mkdir(parents=True, exist_ok=True)
    name = constants.BLESSED_FILE_NAME if is_good else constants.NOT_BLESSED_FILE_NAME
    (folder / name).touch()
    blessing.set_int_custom_property(
        constants.ARTIFACT_PROPERTY_BLESSED_KEY,
        constants.BLESSED_VALUE if is_good else constants.NOT_BLESSED_VALUE,
    )
