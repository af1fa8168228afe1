"""The node that stops a run whose data must not be trained on.

ExampleValidator only writes down the anomalies that it finds; this node raises.
"""

import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.statistics_gen import stats_artifact_utils
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, component_spec, standard_artifacts

from pipeline import features
from pipeline.errors import GateError

RULES = ("schema", "label_missing")


class Fault(NamedTuple):
    """One broken rule: which, in which split, on which feature, and how."""

    rule: str
    split: str
    feature: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.reason} (rule {self.rule}, feature '{self.feature}', "
            f"split '{self.split}')"
        )


class DataVerdict(types.Artifact):
    """The rules that were applied to the data, all of them kept."""

    TYPE_NAME = "NewsdeskDataVerdict"


class DataGateSpec(component_spec.ComponentSpec):
    """What the gate reads and writes."""

    PARAMETERS = {
        "labels": component_spec.ExecutionParameter(type=str),
        "fingerprint": component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        "statistics": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleStatistics
        ),
        "anomalies": component_spec.ChannelParameter(
            type=standard_artifacts.ExampleAnomalies
        ),
    }
    OUTPUTS = {"verdict": component_spec.ChannelParameter(type=DataVerdict)}


class Executor(base_executor.BaseExecutor):
    """Applies every rule, and raises one error that names all faults."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Judges the data of every split.

        Args:
            input_dict: `statistics` and `anomalies`, one artifact each.
            output_dict: `verdict`, the folder to write `verdict.json` into.
            exec_properties: `labels`, a JSON list of names.

        Raises:
            GateError: names rule, split and feature of every fault.
        """
        labels = json.loads(exec_properties["labels"])
        statistics = artifact_utils.get_single_instance(input_dict["statistics"])
        anomalies = artifact_utils.get_single_instance(input_dict["anomalies"])
        faults = [
            *_schema_faults(anomalies),
            *_label_faults(statistics, labels),
        ]
        if faults:
            listed = "; ".join(str(fault) for fault in faults)
            raise GateError(
                f"the data do not pass the gate: {listed}. "
                "Mend the data, or the schema if it is no longer right, and run again"
            )
        verdict = artifact_utils.get_single_instance(output_dict["verdict"])
        fileio.makedirs(verdict.uri)
        with fileio.open(os.path.join(verdict.uri, "verdict.json"), "w") as stream:
            stream.write(json.dumps({"rules": list(RULES), "passed": True}))


class DataGate(base_component.BaseComponent):
    """Lets a run go on only with data that break no rule."""

    SPEC_CLASS = DataGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(Executor)

    def __init__(
        self,
        statistics: types.BaseChannel,
        anomalies: types.BaseChannel,
        labels: list[str],
        fingerprint: str,
    ) -> None:
        """Declares the node.

        Args:
            statistics: StatisticsGen's output.
            anomalies: ExampleValidator's output.
            labels: the names of the classes, in the order of their numbers.
            fingerprint: a digest of the code that this node runs.
        """
        super().__init__(
            spec=DataGateSpec(
                statistics=statistics,
                anomalies=anomalies,
                labels=json.dumps(labels),
                fingerprint=fingerprint,
                verdict=types.Channel(type=DataVerdict),
            )
        )


def _schema_faults(artifact: types.Artifact) -> Iterator[Fault]:
    """What ExampleValidator found against the reviewed schema."""
    for split in artifact_utils.decode_split_names(artifact.split_names):
        written = os.path.join(artifact.uri, f"Split-{split}", "SchemaDiff.pb")
        with fileio.open(written, "rb") as stream:
            found = anomalies_pb2.Anomalies.FromString(stream.read())
        for name, info in sorted(found.anomaly_info.items()):
            yield Fault("schema", split, name, info.description.rstrip("."))
        if found.HasField("dataset_anomaly_info"):
            reason = found.dataset_anomaly_info.description.rstrip(".")
            yield Fault("schema", split, "(all)", reason)


def _label_faults(artifact: types.Artifact, labels: list[str]) -> Iterator[Fault]:
    """Labels that no training row has: a model cannot learn them."""
    statistics = stats_artifact_utils.load_statistics(artifact, "train")
    counts = label_counts(statistics.proto().datasets[0])
    if not counts:
        yield Fault(
            "label_missing",
            "train",
            features.LABEL,
            "labels cannot be counted, because the schema does not say "
            "int_domain { is_categorical: true }",
        )
        return
    missing = [name for place, name in enumerate(labels) if not counts.get(place)]
    if missing:
        present = [name for name in labels if name not in missing]
        yield Fault(
            "label_missing",
            "train",
            features.LABEL,
            f"no row is labelled {', '.join(map(repr, missing))}; "
            f"all rows are {', '.join(map(repr, present))}",
        )


def label_counts(statistics: Any) -> dict[int, int]:
    """Counts rows by label.

    Args:
        statistics: the `DatasetFeatureStatistics` of one split, made with a schema
            in which the label is categorical.

    Returns:
        Number of rows by the label's number.
    """
    for feature in statistics.features:
        if feature.path.step == [features.LABEL]:
            buckets = feature.string_stats.rank_histogram.buckets
            return {int(b.label): int(b.sample_count) for b in buckets}
    return {}
