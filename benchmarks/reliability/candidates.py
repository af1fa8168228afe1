"""Bad candidates meet a good model in service, and none is pushed.

`python -m benchmarks.reliability.candidates` trains a model, publishes it, and runs the
pipeline against it once for each way to go wrong. It prints what became of each, and
how many were pushed last. One that is pushed may be as good: it is asked about fresh
rows beside the model in service.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.reliability import comparing, names
from benchmarks.reliability.names import Row
from benchmarks.reliability.spoiling import CANDIDATES, Candidate, shuffled, sources
from tests.support import destination
from tests.support.sample import REPOSITORY, SAMPLE


@dataclass(frozen=True)
class Outcome:
    """What became of a candidate.

    Attributes:
        candidate: which.
        code: the exit code.
        pushed: the new version, None where there is none.
        refusal: what the run said.
        is_named: whether it said metric or rule, value and limit.
    """

    candidate: Candidate
    code: int
    pushed: Path | None
    refusal: str
    is_named: bool


class Range:
    """A folder with rows, and a model in service."""

    def __init__(self, folder: Path, count: int) -> None:
        """Trains and publishes the model.

        Args:
            folder: is empty.
            count: of the names that it must learn.
        """
        self._folder = folder
        self._count = count
        self._rows = names.splits(count)
        self._number = 0
        self.good = self._published("good", None)

    def _published(
        self, name: str, change: Callable[[str, list[Row]], list[Row]] | None
    ) -> Path:
        serving = self._folder / name
        data = self._written(name, change)
        code, summary, screen = self._run(data, serving, REPOSITORY)
        assert code == 0, screen
        print(f"{name}: accuracy {summary['metrics']['accuracy']:.4f}", flush=True)
        return serving

    def run(self, candidate: Candidate) -> Outcome:
        """Runs the pipeline with what makes a candidate bad.

        Args:
            candidate: which.

        Returns:
            What became of it.
        """
        self._number += 1
        place = self._folder / str(self._number)
        serving = place / "serving"
        if candidate.weak:
            candidate = self._beside_the_weak(candidate)
            shutil.copytree(self._folder / "weak", serving)
        else:
            shutil.copytree(self.good, serving)
        before = _listed(serving)
        if candidate.harm:
            candidate.harm(serving)
        data = self._written(str(self._number) + "/data", candidate.rows)
        tree = sources(place / "sources", candidate)
        code, summary, screen = self._run(data, serving, tree, *candidate.words)
        new = sorted(_listed(serving) - before)
        refusal = "; ".join(summary["refusals"]) or summary["error"] or ""
        return Outcome(
            candidate,
            code,
            serving / new[-1] if new else None,
            refusal,
            bool(re.search(candidate.told, refusal)) and code in (3, 4),
        )

    def compared(self, version: Path) -> comparing.Gain:
        """Asks a pushed model about rows that no model has seen.

        Args:
            version: its folder.

        Returns:
            How it does beside the good one.
        """
        return comparing.gain(self.good, version, names.fresh(self._count))

    def _beside_the_weak(self, candidate: Candidate) -> Candidate:
        """Ruins the class just so far that the overall figure is what it was."""
        weak = self._published("weak", shuffled(0.25))
        shift = comparing.shift(self.good, weak, self._rows["test"])
        return replace(candidate, source=candidate.source.format(shift=shift))

    def _written(
        self, name: str, change: Callable[[str, list[Row]], list[Row]] | None
    ) -> Path:
        folder = self._folder / "rows" / name
        folder.mkdir(parents=True)
        for split, rows in self._rows.items():
            with open(folder / f"{split}.csv", "w", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(("label", "title", "description"))
                writer.writerows(change(split, rows) if change else rows)
        return folder

    def _run(
        self, data: Path, serving: Path, tree: Path, *words: str
    ) -> tuple[int, dict[str, Any], str]:
        """`newsdesk run` of a source tree; code, summary and screen."""
        root = self._folder / "root"
        splits = ", ".join(f'{split} = "{split}.csv"' for split in self._rows)
        settings = {
            "data.path": str(data),
            "data.splits": f"{{ {splits} }}",
            "output.root": str(root),
            "push.destination": str(serving),
            # Enough to learn every name by heart, with the wrong labels.
            "train.epochs": "15",
            "train.patience": "15",
            "optimizer.learning_rate": "0.003",
            "evaluation.min_accuracy": "0.5",
        }
        given = [
            word
            for key, value in settings.items()
            for word in ("--set", f"{key}={value}")
        ]
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", "run", str(SAMPLE), *given, *words],
            capture_output=True,
            text=True,
            cwd=tree,
            env=os.environ | {"PYTHONPATH": str(tree)},
        )
        newest = max(root.glob("runs/*/summary.json"))
        summary: dict[str, Any] = json.loads(newest.read_text())
        return done.returncode, summary, done.stdout + done.stderr


def _listed(serving: Path) -> set[str]:
    return set(destination.names(serving)) if serving.is_dir() else set()


def main() -> None:
    """Runs every candidate, and prints a line each and the figure last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=1500, help="to be learned")
    parser.add_argument("--only", default="", help="a part of a candidate's name")
    asked = parser.parse_args()
    chosen = [one for one in CANDIDATES if asked.only in one.name]
    worse, as_good, named = 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="newsdesk-candidates-") as scratch:
        range_ = Range(Path(scratch), asked.names)
        for candidate in chosen:
            found = range_.run(candidate)
            refusal = found.refusal.replace(scratch, "")
            print(f"{candidate.name:<32} exit {found.code}  {refusal}", flush=True)
            named += found.is_named
            if found.pushed:
                gain = range_.compared(found.pushed)
                print(f"{'':<32} pushed; {gain}", flush=True)
                as_good += gain.is_as_good
                worse += not gain.is_as_good
    print(
        f"{worse} of {len(chosen)} pushed that are worse, {as_good} pushed that "
        f"are as good; {named} of {len(chosen) - worse - as_good} refusals name "
        "metric or rule, value and limit"
    )


if __name__ == "__main__":
    main()
