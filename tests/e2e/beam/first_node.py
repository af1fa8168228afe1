"""Runs TextExampleGen of the compiled sample with rows and artifacts in a store."""

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import pipeline.sample
from tests.e2e.kfp.range import Range
from tests.support.kfp.driver import Driver

_BUCKET, _PARTS, _NODE = "models", 5, "text-example-gen"
_SAID = "/tmp/kfp_outputs"


@dataclass
class Result:
    """What the node wrote: rows by split, counts, and the digest of the data."""

    rows: dict[str, list[bytes]]
    summary: dict[str, Any]
    digest: str


class _Task(Driver):
    """Gives artifacts addresses in the store."""

    def output_file(self, task: str) -> str:
        """Overrides Driver.output_file."""
        return f"{_SAID}/output_metadata.json"

    def address(self, task: str, output: str) -> str:
        """Overrides Driver.address."""
        return f"s3://{_BUCKET}/{self.run_id}/{task}/{output}"


class FirstNode:
    """Runs the node in a container, as KFP's launcher does.

    Args:
        range_: compiles the sample, and runs containers.
    """

    def __init__(self, range_: Range) -> None:
        import s3fs

        self._range = range_
        self._files = s3fs.S3FileSystem()
        self._write_rows()

    def run(self, name: str, settings: Sequence[str]) -> Result:
        """Runs the node once.

        Args:
            name: of the run; an attempt with the same name writes to the same place.
            settings: of the beam section.

        Returns:
            What it wrote.

        Raises:
            ContainerFailed: the node failed.
        """
        number = sum(1 for one in self._range.scratch.iterdir() if name in one.name)
        # A retry would hide what a killed worker does.
        once = "kubeflow.defaults.retries=0"
        compiled = self._range.compiled(f"{name}-{number}", once, *settings)
        said = self._range.folder(f"said-{name}-{number}")
        disk = self._range.folder(f"disk-{name}-{number}")
        spec = next(yaml.safe_load_all(compiled.read_text()))
        task = _Task(spec=spec, run_id=name)
        rows = {"data_path": f"s3://{_BUCKET}/rows"}
        given = task.executor_input(_NODE, rows)
        command = task.command(_NODE, given)
        self._range.engine.run(command, {disk: "/s3", said: _SAID})
        report = json.loads((said / "output_metadata.json").read_text())
        return self._result(name, disk / _BUCKET / name / _NODE, report)

    def has_written(self, name: str) -> bool:
        """Returns whether a worker has written rows or notes of a run."""
        self._files.invalidate_cache()
        below = f"{_BUCKET}/{name}/{_NODE}/examples"
        found = self._files.find(below)
        return any("/Split-" in one or "/notes/" in one for one in found)

    def _result(self, name: str, disk: Path, report: dict[str, Any]) -> Result:
        (written,) = report["artifacts"]["examples"]["artifacts"]
        rows = {}
        for split in json.loads(written["metadata"]["split_names"]):
            below = f"examples/Split-{split}"
            packed = [one.read_bytes() for one in sorted((disk / below).glob("*"))]
            address = f"{_BUCKET}/{name}/{_NODE}/{below}"
            for one in self._files.find(address):
                packed.append(self._files.cat_file(one))
            rows[split] = sorted(row for one in packed for row in _records(one))
        summary = json.loads((disk / "quarantine" / "summary.json").read_text())
        return Result(rows, summary, written["metadata"]["content"])

    def _write_rows(self) -> None:
        sample = Path(pipeline.sample.__path__[0], "sample.csv")
        with sample.open(newline="", encoding="utf-8") as stream:
            head, *rows = csv.reader(stream)
        for part in range(_PARTS):
            with self._files.open(
                f"{_BUCKET}/rows/part-{part}.csv", "w", newline="", encoding="utf-8"
            ) as stream:
                csv.writer(stream).writerows([head, *rows[part::_PARTS]])


def _records(packed: bytes) -> list[bytes]:
    """The records of a TFRecord file, without its checksums."""
    content, found, at = gzip.decompress(packed), [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 8], "little")
        found.append(content[at + 12 : at + 12 + length])
        at += 12 + length + 4
    return found
