"""Runs nodes of the compiled sample with rows and artifacts in a store."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import pipeline.sample
from tests.e2e.kfp.range import Range
from tests.support.kfp.driver import Driver

_BUCKET, _PARTS = "models", 5
_SAID = "/tmp/kfp_outputs"
_EXACT_VALUES = 1024
READ, COUNTED, TEXTS = "text-example-gen", "statistics-gen", "text-statistics"
TRANSFORMED = "transform"
# The nodes whose workers use the store.
REMOTE = (READ, COUNTED, TEXTS, TRANSFORMED)
# With those that they need, each after what it needs.
ORDER = (READ, "import-schema-gen", COUNTED, "baseline-model", TEXTS, TRANSFORMED)


class _Run(Driver):
    """Gives artifacts addresses in the store."""

    def output_file(self, task: str) -> str:
        """Overrides Driver.output_file."""
        return f"{_SAID}/output_metadata.json"

    def address(self, task: str, output: str) -> str:
        """Overrides Driver.address."""
        return f"s3://{_BUCKET}/{self.run_id}/{task}/{output}"


class Nodes:
    """Runs nodes in containers, as KFP's launcher does.

    A container gets no files but what earlier nodes of the run wrote in their pods, so
    it has neither rows nor examples if workers wrote these into the store.

    Args:
        range_: compiles the sample, and runs containers.
    """

    def __init__(self, range_: Range) -> None:
        import s3fs

        self._range = range_
        self._files = s3fs.S3FileSystem(use_listings_cache=False)
        self._runs: dict[str, _Run] = {}
        self._disks: dict[str, Path] = {}
        self._count = 0
        self._write_rows()

    def compiled(self, name: str, *settings: str) -> Any:
        """Compiles the sample.

        Args:
            name: of the file, and of the destination of models.
            settings: of the beam section.

        Returns:
            The pipeline spec, for `run`.
        """
        # A retry would hide what a killed worker does.
        once = "kubeflow.defaults.retries=0"
        compiled = self._range.compiled(name, once, *settings)
        return next(yaml.safe_load_all(compiled.read_text()))

    def run(self, name: str, node: str, spec: Any) -> Any:
        """Runs a node once.

        Args:
            name: of the run; an attempt with the same name writes to the same place.
            node: the name of the task.
            spec: of `compiled`.

        Returns:
            What it wrote, in a form that is equal for equal results; None for nodes
            that are not in `REMOTE`.

        Raises:
            ContainerFailed: the node failed.
        """
        self._count += 1
        said = self._range.folder(f"said-{self._count}")
        if name not in self._runs:
            self._runs[name] = _Run(spec=spec, run_id=name)
            self._disks[name] = self._range.folder(f"disk-{name}")
        task = self._runs[name]
        task.spec = spec
        given = task.executor_input(node, {"data_path": f"s3://{_BUCKET}/rows"})
        command = task.command(node, given)
        self._range.engine.run(command, {self._disks[name]: "/s3", said: _SAID})
        report = json.loads((said / "output_metadata.json").read_text())
        task.keep(node, given, report)
        return self._result(name, node) if node in REMOTE else None

    def forget(self, name: str, node: str) -> None:
        """Removes what an earlier attempt of a node has left in the store.

        Args:
            name: of the run.
            node: the name of the task.
        """
        below = f"{_BUCKET}/{name}/{node}"
        if self._files.exists(below):
            self._files.rm(below, recursive=True)

    def has_written(self, name: str, node: str, parts: Sequence[str]) -> bool:
        """Returns whether the store has an object of a node.

        Args:
            name: of the run.
            node: the name of the task.
            parts: of names of objects; one is enough.
        """
        found = self._files.find(f"{_BUCKET}/{name}/{node}")
        return any(part in one for one in found for part in parts)

    def _result(self, name: str, node: str) -> Any:
        if node == READ:
            (examples,) = self._runs[name].outputs[node]["examples"]["artifacts"]
            summary = self._content(name, node, "quarantine")["summary.json"]
            return {
                "rows": self._rows(name, node, "examples"),
                "summary": json.loads(summary),
                "digest": examples["metadata"]["content"],
            }
        if node == COUNTED:
            return {
                file: _statistics(content)
                for file, content in self._content(name, node, "statistics").items()
            }
        if node == TEXTS:
            return {
                file: json.loads(content)
                for file, content in self._content(name, node, "statistics").items()
            }
        graph = self._content(name, node, "transform_graph")
        return {
            "files": sorted(file for file in graph if "/assets/" in file),
            "vocabulary": graph["transform_fn/assets/tokens"],
            "rows": self._rows(name, node, "transformed_examples"),
        }

    def _rows(self, name: str, node: str, output: str) -> dict[str, list[str]]:
        """The rows of each split, sorted, because workers write them in any order."""
        import tensorflow as tf

        found: dict[str, list[str]] = {}
        for file, content in self._content(name, node, output).items():
            rows = found.setdefault(file.partition("/")[0], [])
            # As text, because the order of the serialized features may differ.
            rows += [str(tf.train.Example.FromString(one)) for one in _records(content)]
        return {split: sorted(rows) for split, rows in found.items()}

    def _content(self, name: str, node: str, output: str) -> Mapping[str, bytes]:
        """The files of an artifact, on the disk of the pod or in the store."""
        below = f"{_BUCKET}/{name}/{node}/{output}"
        folder = self._disks[name] / below
        found = {
            str(file.relative_to(folder)): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }
        for one in self._files.find(below):
            found[one.removeprefix(f"{below}/")] = self._files.cat_file(one)
        return found

    def _write_rows(self) -> None:
        sample = Path(pipeline.sample.__path__[0], "sample.csv")
        with sample.open(newline="", encoding="utf-8") as stream:
            head, *rows = csv.reader(stream)
        for part in range(_PARTS):
            with self._files.open(
                f"{_BUCKET}/rows/part-{part}.csv", "w", newline="", encoding="utf-8"
            ) as stream:
                csv.writer(stream).writerows([head, *rows[part::_PARTS]])


def described(node: str, result: Any) -> str:
    """Describes a result in a few words.

    Args:
        node: the name of the task.
        result: of `Nodes.run`.

    Returns:
        Counts, and digests.
    """
    if node in (READ, TRANSFORMED):
        rows = {split: len(found) for split, found in result["rows"].items()}
        if node == READ:
            return f"{rows}, digest {result['digest']}"
        words = len(result["vocabulary"].splitlines())
        return f"{rows}, {words} words"
    if node == COUNTED:
        return str({file: found["rows"] for file, found in result.items()})
    splits = result["statistics.json"]["splits"]
    return str({split: found["tokens"] for split, found in splits.items()}) + " tokens"


def _statistics(content: bytes) -> dict[str, Any]:
    """The counts of TFDV's statistics; its sums of floats depend on the order."""
    from tensorflow_metadata.proto.v0 import statistics_pb2

    parsed = statistics_pb2.DatasetFeatureStatisticsList.FromString(content)
    (dataset,) = parsed.datasets
    columns: dict[str, Any] = {}
    for feature in dataset.features:
        common = getattr(feature, feature.WhichOneof("stats")).common_stats
        top = [(one.value, one.frequency) for one in feature.string_stats.top_values]
        columns[feature.path.step[0]] = (
            feature.type,
            common.num_non_missing,
            common.num_missing,
            feature.num_stats.min,
            feature.num_stats.max,
            feature.string_stats.unique,
            round(feature.string_stats.avg_length, 3),
            # One process estimates the counts of more values.
            sorted(top) if feature.string_stats.unique <= _EXACT_VALUES else None,
        )
    return {"rows": dataset.num_examples, "columns": columns}


def _records(packed: bytes) -> list[bytes]:
    """The records of a TFRecord file, without its checksums."""
    content, found, at = gzip.decompress(packed), [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 8], "little")
        found.append(content[at + 12 : at + 12 + length])
        at += 12 + length + 4
    return found
