"""The node that stops a run if the data breaks a rule.

ExampleValidator only writes down the anomalies that it finds. This node stops the run.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from components import data_rules
from components.data_rules import Judged
from components.schema_rules import RULES, Fault, label_faults, schema_faults
from components.text_statistics import conflicts
from components.text_statistics import statistics as text_statistics
from components.text_statistics.component import TextStatisticsOfSplits
from components.text_statistics.statistics import TextStatistics
from newsdesk.config.environment import RUN_FOLDER_VARIABLE
from newsdesk.config.gate import Gate
from newsdesk.errors import GateError
from newsdesk.published.in_service import VERSION
from newsdesk.published.manifest import STATISTICS

VERDICT = "verdict.json"
STOPPED = "data_verdict.json"


class DataVerdict(types.Artifact):
    """The verdict of a gate that the data passed: the rules kept and skipped."""

    TYPE_NAME = "components.DataVerdict"


class DataGateSpec(component_spec.ComponentSpec):
    """Parameters, inputs and outputs of the node."""

    PARAMETERS = {
        "labels": component_spec.ExecutionParameter(type=str),
        "rules": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "statistics": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleStatistics
        ),
        "anomalies": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleAnomalies
        ),
        "texts": component_spec.ChannelParameter(type=TextStatisticsOfSplits),
        "baseline": component_spec.ChannelParameter(
            type=standard_artifacts.Model, optional=True
        ),
    }
    OUTPUTS = {"verdict": component_spec.ChannelParameter(type=DataVerdict)}


class Executor(base_executor.BaseExecutor):
    """Applies every rule, and raises one error that lists all faults."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Checks the data of every split.

        Args:
            input_dict: `statistics`, `anomalies` and `texts`, one artifact each;
                `baseline`, the model in service, or none.
            output_dict: `verdict`, the folder to write `verdict.json` into.
            exec_properties: `labels`, a JSON list of names; `rules`, the gate section
                as JSON.

        Raises:
            GateError: a rule is broken; lists rule, split, value and limit of every
                fault.
            ModelError: the statistics of the model in service cannot be read.
        """
        labels = json.loads(exec_properties["labels"])
        statistics = artifact_utils.get_single_instance(input_dict["statistics"])
        anomalies = artifact_utils.get_single_instance(input_dict["anomalies"])
        texts = artifact_utils.get_single_uri(input_dict["texts"])
        before, reference = _reference(input_dict.get("baseline") or [])
        judged = data_rules.judge(
            Gate.model_validate_json(exec_properties["rules"]),
            text_statistics.read(Path(texts)),
            labels,
            before,
            reference,
            conflicts.read(Path(texts)),
        )
        faults = [*schema_faults(anomalies), *label_faults(statistics, labels)]
        verdict = _verdict(faults, judged)
        if not verdict["passed"]:
            raise GateError(_sentence(faults, judged) + _kept_verdict(verdict))
        written = artifact_utils.get_single_instance(output_dict["verdict"])
        _write(verdict, Path(written.uri, VERDICT))


class DataGate(base_component.BaseComponent):
    """Lets a run continue only if the data breaks no rule."""

    SPEC_CLASS = DataGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        statistics: types.BaseChannel,
        anomalies: types.BaseChannel,
        texts: types.BaseChannel,
        baseline: types.BaseChannel,
        labels: list[str],
        rules: Gate,
        fingerprint: str,
    ) -> None:
        """Declares the node.

        Args:
            statistics: StatisticsGen's output.
            anomalies: ExampleValidator's output.
            texts: TextStatistics' output.
            baseline: the model in service; the channel may be empty.
            labels: the names of the classes, in the order of their numbers.
            rules: the gate section.
            fingerprint: a digest of the code that this node runs.
        """
        super().__init__(
            spec=DataGateSpec(
                statistics=statistics,
                anomalies=anomalies,
                texts=texts,
                baseline=baseline,
                labels=json.dumps(labels),
                rules=rules.model_dump_json(),
                fingerprint=fingerprint,
                verdict=types.Channel(type=DataVerdict),
            )
        )


def skipped(verdict: str) -> list[str]:
    """Lists the rules that were not applied.

    Args:
        verdict: the folder of the DataVerdict artifact.

    Returns:
        Their keys in the gate section, without duplicates.
    """
    content = json.loads(Path(verdict, VERDICT).read_text())
    return sorted({skip["rule"] for skip in content["skipped"]})


def labels_without_rows(run_folder: Path) -> list[str]:
    """Lists the labels because of which the gate stopped a run.

    Args:
        run_folder: the folder of the run.

    Returns:
        The labels, without duplicates; [] if another rule is broken as well.
    """
    try:
        broken = json.loads((run_folder / STOPPED).read_text())["broken"]
    except (OSError, ValueError, KeyError):
        return []
    if not all(one.get("labels") for one in broken):
        return []
    return list(dict.fromkeys(name for one in broken for name in one["labels"]))


def _verdict(faults: Sequence[Fault], judged: Sequence[Judged]) -> dict[str, Any]:
    """Lists every rule as kept, broken or skipped."""
    broken = {fault.rule for fault in faults}
    return {
        "passed": not faults and all(one.holds is not False for one in judged),
        "broken": [fault._asdict() for fault in faults]
        + [asdict(one) for one in judged if one.holds is False],
        "skipped": [asdict(one) for one in judged if one.holds is None],
        "kept": [{"rule": rule} for rule in RULES if rule not in broken]
        + [asdict(one) for one in judged if one.holds],
    }


def _sentence(faults: Sequence[Fault], judged: Sequence[Judged]) -> str:
    broken = [*faults, *(one for one in judged if one.holds is False)]
    return (
        f"the data does not pass the gate: {'; '.join(map(str, broken))}. Correct the "
        "data, or change the schema or the gate section if they are out of date, and "
        "run again"
    )


def _kept_verdict(verdict: dict[str, Any]) -> str:
    """Writes the verdict of a stopped run; returns the end of the error message."""
    # Not into the output: TFX deletes the outputs of a node that fails.
    folder = os.environ.get(RUN_FOLDER_VARIABLE)
    if not folder:
        return ""
    _write(verdict, Path(folder, STOPPED))
    return f". The result of every rule is in {Path(folder, STOPPED)}"


def _write(verdict: dict[str, Any], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(verdict, indent=1))


def _reference(
    models: list[types.Artifact],
) -> tuple[TextStatistics | None, str]:
    """Returns the statistics of the model in service, and what messages call them.

    Without statistics, the text gives the reason why there are none.
    """
    if not models:
        return None, "there is no model in service to compare with"
    model = artifact_utils.get_single_instance(models)
    version = model.get_string_custom_property(VERSION)
    file = Path(path_utils.serving_model_path(model.uri), STATISTICS)
    if not file.exists():
        return None, f"version {version} was published without statistics of its data"
    return text_statistics.read(file.parent), f"the data of version {version}"
