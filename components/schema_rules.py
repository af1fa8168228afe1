"""Rules that are checked with TFX's own statistics and anomalies."""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx import types
from tfx.components.statistics_gen import stats_artifact_utils
from tfx.dsl.io import fileio
from tfx.types import artifact_utils

from newsdesk import features

RULES = ("schema", "label_missing")


class Fault(NamedTuple):
    """One broken rule, with its split, its feature, the reason, and the labels."""

    rule: str
    split: str
    feature: str
    reason: str
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        return (
            f"{self.reason} (rule {self.rule}, feature '{self.feature}', "
            f"split '{self.split}')"
        )


def schema_faults(artifact: types.Artifact) -> Iterator[Fault]:
    """Reads the anomalies that ExampleValidator found.

    Args:
        artifact: the ExampleAnomalies.

    Yields:
        A fault for every anomaly.
    """
    for split in artifact_utils.decode_split_names(artifact.split_names):
        written = os.path.join(artifact.uri, f"Split-{split}", "SchemaDiff.pb")
        with fileio.open(written, "rb") as stream:
            found = anomalies_pb2.Anomalies.FromString(stream.read())
        for name, info in sorted(found.anomaly_info.items()):
            yield Fault("schema", split, name, info.description.rstrip("."))
        if found.HasField("dataset_anomaly_info"):
            reason = found.dataset_anomaly_info.description.rstrip(".")
            yield Fault("schema", split, "(all)", reason)


def label_faults(artifact: types.Artifact, labels: list[str]) -> Iterator[Fault]:
    """Finds labels that no row of train has, because a model cannot learn them.

    Args:
        artifact: the ExampleStatistics.
        labels: the names of the classes, in the order of their numbers.

    Yields:
        At most one fault.
    """
    statistics = stats_artifact_utils.load_statistics(artifact, "train")
    counts = label_counts(statistics.proto().datasets[0])
    if not counts:
        yield Fault(
            "label_missing",
            "train",
            features.LABEL,
            "labels cannot be counted, because this feature has no "
            "int_domain { is_categorical: true } in the schema; add it",
        )
        return
    missing = [name for index, name in enumerate(labels) if not counts.get(index)]
    if missing:
        present = [name for name in labels if name not in missing]
        yield Fault(
            "label_missing",
            "train",
            features.LABEL,
            f"no row has the label {', '.join(map(repr, missing))}; the rows have "
            f"only {', '.join(map(repr, present))}",
            tuple(missing),
        )


def label_counts(statistics: Any) -> dict[int, int]:
    """Counts rows by label.

    Args:
        statistics: the `DatasetFeatureStatistics` of one split, computed with a schema
            in which the label is categorical.

    Returns:
        The number of rows by the number of the label.
    """
    for feature in statistics.features:
        if feature.path.step == [features.LABEL]:
            buckets = feature.string_stats.rank_histogram.buckets
            return {int(b.label): int(b.sample_count) for b in buckets}
    return {}
