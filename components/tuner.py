"""The node that tries values of settings and hands the best ones to the Trainer.

It replaces TFX's Tuner, which needs Keras Tuner and the training in its own process.
"""

import json
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import import_utils, io_utils

from newsdesk.config.tunable import Tunable, whole_keys
from newsdesk.config.tune import Tune
from newsdesk.tuning import HYPERPARAMETERS, RESULTS, TRIALS, Tuning, hyperparameters


class TunerSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node; outputs are named as TFX's."""

    PARAMETERS = {
        "tune_fn": component_spec.ExecutionParameter(type=str),
        "custom_config": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "transform_graph": component_spec.ChannelParameter(
            type=standard_artifacts.TransformGraph
        ),
    }
    OUTPUTS = {
        "best_hyperparameters": component_spec.ChannelParameter(
            type=standard_artifacts.HyperParameters
        ),
        "tuner_results": component_spec.ChannelParameter(
            type=standard_artifacts.TunerResults
        ),
    }


class Executor(base_executor.BaseExecutor):
    """Calls the function that tunes, and writes its result."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Tunes on the train and eval splits; no other split is opened.

        Args:
            input_dict: `examples`, transformed; `transform_graph`.
            output_dict: `best_hyperparameters`, the values for the Trainer;
                `tuner_results`, all trials.
            exec_properties: `tune_fn`, the dotted name of the function;
                `custom_config`, its settings.
        """
        settings = json.loads(exec_properties["custom_config"])
        # A class or a function.
        tune_fn = import_utils.import_class_by_path(exec_properties["tune_fn"])
        tuning: Tuning = tune_fn(
            train_files=_files(input_dict["examples"], "train"),
            eval_files=_files(input_dict["examples"], "eval"),
            transform_graph_path=artifact_utils.get_single_uri(
                input_dict["transform_graph"]
            ),
            custom_config=settings,
            working_dir=self._get_tmp_dir(),
        )
        _write(tuning, settings, output_dict)


def _files(examples: list[types.Artifact], split: str) -> list[str]:
    folders = artifact_utils.get_split_uris(examples, split)
    return [io_utils.all_files_pattern(folder) for folder in folders]


def _write(
    tuning: Tuning,
    settings: dict[str, Any],
    output_dict: dict[str, list[types.Artifact]],
) -> None:
    tune = Tune.model_validate(settings["tune"])
    whole = whole_keys(Tunable.model_validate(settings))
    best = hyperparameters(tune.space, tuning.tuned().values, whole)
    folder = Path(artifact_utils.get_single_uri(output_dict["best_hyperparameters"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HYPERPARAMETERS).write_text(best)
    folder = Path(artifact_utils.get_single_uri(output_dict["tuner_results"]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS).write_text(json.dumps(tuning.records(), indent=1) + "\n")
    (folder / TRIALS).write_text(tuning.model_dump_json(indent=1) + "\n")


class Tuner(base_component.BaseComponent):
    """Finds the values with which the Trainer trains."""

    SPEC_CLASS = TunerSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        transform_graph: types.BaseChannel,
        tune_fn: str,
        custom_config: dict[str, Any],
    ) -> None:
        """Declares the node.

        Args:
            examples: transformed examples, with the splits train and eval.
            transform_graph: the output of Transform.
            tune_fn: the dotted name of the function that tunes.
            custom_config: the fields of `TunerSettings`, with the fingerprint of the
                code.
        """
        super().__init__(
            spec=TunerSpec(
                examples=examples,
                transform_graph=transform_graph,
                tune_fn=tune_fn,
                custom_config=json.dumps(custom_config, sort_keys=True),
                best_hyperparameters=types.Channel(
                    type=standard_artifacts.HyperParameters
                ),
                tuner_results=types.Channel(type=standard_artifacts.TunerResults),
            )
        )
