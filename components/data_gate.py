"""The node that stops a run whose data must not be trained on.

ExampleValidator only writes down the anomalies that it finds; this node raises.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.statistics_gen import stats_artifact_utils
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.dsl.io import fileio
from tfx.types import artifact_utils, component_spec, standard_artifacts
from tfx.utils import path_utils

from components import data_rules
from components.text_statistics import statistics as text_statistics
from components.text_statistics.component import TextStatisticsOfSplits
from components.text_statistics.statistics import TextStatistics
from pipeline import features
from pipeline.config import Gate
from pipeline.errors import GateError
from pipeline.published.in_service import VERSION
from pipeline.published.manifest import STATISTICS

RULES = ("schema", "label_missing")
VERDICT = "verdict.json"


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

    TYPE_NAME = "components.DataVerdict"


class DataGateSpec(component_spec.ComponentSpec):
    """What the gate reads and writes."""

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
    """Applies every rule, and raises one error that names all faults."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Judges the data of every split.

        Args:
            input_dict: `statistics`, `anomalies` and `texts`, one artifact each;
                `baseline`, the model in service, or none.
            output_dict: `verdict`, the folder to write `verdict.json` into.
            exec_properties: `labels`, a JSON list of names; `rules`, the gate section
                as JSON.

        Raises:
            GateError: names rule, split, value and limit of every fault.
            ModelError: what the model in service says of its data is unreadable.
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
        )
        faults = [
            *map(str, _schema_faults(anomalies)),
            *map(str, _label_faults(statistics, labels)),
            *(str(one) for one in judged if one.holds is False),
        ]
        if faults:
            raise GateError(
                f"the data do not pass the gate: {'; '.join(faults)}. Mend the data, "
                "or the schema or the gate section if they are no longer right, and "
                "run again"
            )
        verdict = artifact_utils.get_single_instance(output_dict["verdict"])
        folder = Path(verdict.uri)
        folder.mkdir(parents=True, exist_ok=True)
        said = {
            "passed": True,
            "rules": list(RULES),
            "judged": [asdict(one) for one in judged],
        }
        (folder / VERDICT).write_text(json.dumps(said, indent=1))


class DataGate(base_component.BaseComponent):
    """Lets a run go on only with data that break no rule."""

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
            baseline: the model in service; may be empty.
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


def _reference(
    models: list[types.Artifact],
) -> tuple[TextStatistics | None, str]:
    """What the model in service was trained on, and its name in a sentence."""
    if not models:
        return None, "no model is in service yet"
    model = artifact_utils.get_single_instance(models)
    version = model.get_string_custom_property(VERSION)
    file = Path(path_utils.serving_model_path(model.uri), STATISTICS)
    if not file.exists():
        return None, f"version {version} came without statistics of its data"
    return text_statistics.read(file.parent), f"the data of version {version}"


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
