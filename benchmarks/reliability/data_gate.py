"""Clean data raise no alarm; whatever breaks a rule is stopped before Transform.

`python -m benchmarks.reliability.data_gate` halves the sample (and AG News, where it
lies beside the clone) at random 20 times and counts the alarms; then it pushes a model
of the sample, breaks each data rule once, and runs.
"""

import argparse
import csv
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.reliability.counted import News, Split, divide, false_alarms, read
from newsdesk.config.gate import Gate
from tests.support import sample

SAMPLE = sample.REPOSITORY / "pipeline" / "sample" / "sample.csv"
AG_NEWS = sample.REPOSITORY.parent / "shared" / "data" / "ag_news" / "train.csv"
# Rules that judge the default limits, but for one that is off and one in the way:
# a label that is gone has moved, too.
RULES = {
    "min_new_rows": Gate(min_new_rows=50),
    "label_missing": Gate(max_label_shift=None),
}
_MORE_SCHEMA = "dataset_constraints { min_examples_count: 40 }\n"


@dataclass(frozen=True)
class Stopped:
    """What became of a run on broken data.

    Attributes:
        rule: the one that the data break.
        code: how the run ended.
        nodes: those that were launched.
        broken: rules in the verdict that the run left behind.
        untouched: whether the versions in service are what they were, and whole.
        told: the sentence on the screen.
    """

    rule: str
    code: int
    nodes: list[str]
    broken: set[str]
    untouched: bool
    told: str

    @property
    def in_time(self) -> bool:
        """Whether the gate stopped the run, for this rule alone, and nothing came."""
        before = self.nodes[-1:] == ["DataGate"]
        alone = self.broken == {self.rule} and self.rule in self.told
        return self.code == 4 and before and alone and self.untouched


def clean() -> Split:
    """The sample, in the order that the breaks below start from."""
    rows = read(SAMPLE)
    return divide(random.Random(1).sample(rows, len(rows)))


def _one_label_gone(data: Split) -> Split:
    return data._replace(train=[row for row in data.train if row.label != "World"])


def _too_few_for_the_schema(data: Split) -> Split:
    return data._replace(test=data.test[:30])


def _label_shifted(data: Split) -> Split:
    moved = [row._replace(label="Sports") for row in data.train[:700]]
    return data._replace(train=moved + data.train[700:])


def _empty(data: Split) -> Split:
    nothing = [row._replace(title="...", description="-") for row in data.train[:40]]
    return data._replace(train=nothing + data.train[40:])


def _duplicated(data: Split) -> Split:
    return data._replace(train=data.train + data.train[:600])


def _contradicting(data: Split) -> Split:
    other = {"Sports": "World"}
    again = [
        row._replace(label=other.get(row.label, "Sports")) for row in data.train[:60]
    ]
    return data._replace(train=data.train + again)


def _unknown(data: Split) -> Split:
    garbled = [row._replace(description=_garbled(row)) for row in data.train[:500]]
    return data._replace(train=garbled + data.train[500:])


def _garbled(row: News) -> str:
    return " ".join(f"{word[::-1]}x" for word in row.description.split())


def _long(data: Split) -> Split:
    longer = [row._replace(description=f"{row.text} " * 3) for row in data.train]
    return data._replace(train=longer)


def _overlapping(data: Split) -> Split:
    return data._replace(test=data.test + data.train[:30])


def _untested(data: Split) -> Split:
    return data._replace(test=[row for row in data.test if row.label != "World"])


def _few(data: Split) -> Split:
    return data._replace(train=data.train[:600])


def _old(data: Split) -> Split:
    return data._replace(train=data.train[::-1])


BREAKS: dict[str, Callable[[Split], Split]] = {
    "schema": _too_few_for_the_schema,
    "label_missing": _one_label_gone,
    "max_label_shift": _label_shifted,
    "max_empty_share": _empty,
    "max_duplicate_share": _duplicated,
    "max_conflict_share": _contradicting,
    "max_unknown_share": _unknown,
    "max_length_ratio": _long,
    "max_overlap_share": _overlapping,
    "min_tested_rows": _untested,
    "min_row_ratio": _few,
    "min_new_rows": _old,
}


def stops(rules: Sequence[str]) -> Iterator[Stopped]:
    """Pushes a model of clean data, then breaks rules.

    Args:
        rules: which of `BREAKS`; each has a run of its own.

    Yields:
        What became of each run; at the end a clean one must find nothing to do.
    """
    with tempfile.TemporaryDirectory(prefix="newsdesk-gate-") as scratch:
        root = Path(scratch, "root")
        good = clean()
        first = _words(_write(good, Path(scratch, "clean")), Gate())
        code, screen = sample.finish(root, *first)
        assert code == 0, screen
        before = sample.versions(root)
        for rule in rules:
            data = _write(BREAKS[rule](good), Path(scratch, rule))
            words = _words(data, RULES.get(rule, Gate()))
            code, screen = sample.finish(root, *words)
            untouched = sample.versions(root) == before
            yield Stopped(rule, code, *_verdict(root), untouched, _error(screen))
        code, screen = sample.finish(root, *first)
        assert code == 0 and "nothing to do" in screen, screen


def _words(data: Path, rules: Gate) -> list[str]:
    given = {
        "data.path": str(data),
        "data.splits": '{ train = "train.csv", test = "test.csv" }',
        "data.schema_file": str(data / "schema.pbtxt"),
    }
    limits = rules.model_dump(mode="json")
    given |= {f"gate.{name}": str(limit) for name, limit in limits.items()}
    pairs = [f"{name}={value}" for name, value in given.items()]
    return [word for pair in pairs for word in ("--set", pair)]


def _write(data: Split, folder: Path) -> Path:
    folder.mkdir()
    schema = sample.REPOSITORY / "schemas" / "sample.pbtxt"
    (folder / "schema.pbtxt").write_text(schema.read_text() + _MORE_SCHEMA)
    for name, rows in data._asdict().items():
        with open(folder / f"{name}.csv", "w", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(News._fields)
            writer.writerows(rows)
    return folder


def _verdict(root: Path) -> tuple[list[str], set[str]]:
    """The nodes of the newest run, and the rules that its data broke."""
    nodes = [node["name"] for node in sample.summary(root)["nodes"]]
    kept = max(root.glob("runs/*/summary.json")).with_name("data_verdict.json")
    said = json.loads(kept.read_text()) if kept.exists() else {"broken": []}
    return nodes, {one["rule"] for one in said["broken"]}


def _error(screen: str) -> str:
    _, _, told = screen.partition("error ")
    return " ".join(told.split("\n")[:1]).strip() or screen[-300:]


def main() -> None:
    """Prints what each run was told, and the figures last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resamples", type=int, default=20)
    resamples = parser.parse_args().resamples
    alarms = {}
    for file in (SAMPLE, AG_NEWS):
        if file.exists():
            alarms[file.parent.name] = false_alarms(read(file), resamples)
            print("\n".join(alarms[file.parent.name]), end="", flush=True)
    found = []
    for one in stops(list(BREAKS)):
        found.append(one)
        state = "stopped" if one.in_time else f"NOT STOPPED ({one})"
        print(f"{one.rule}: {state}: {one.told}", flush=True)
    for name, told in alarms.items():
        print(f"{len(told)} false alarms in {resamples} resamples of {name}")
    print(
        f"{sum(one.in_time for one in found)} of {len(found)} broken rules stopped "
        "before Transform, the model in service untouched"
    )


if __name__ == "__main__":
    main()
