"""Two runs are compared by what they share, and by what only one of them has."""

import math
from typing import Any

import pytest

from newsdesk.report import compare_table
from newsdesk.report.compare import MOST_CLASSES, Line, compare
from newsdesk.report.content import (
    Calibration,
    ClassFigures,
    Content,
    Data,
    Interval,
    NodeCost,
    Overall,
    SplitRows,
    Verdict,
)
from newsdesk.states import NodeState, RunState


def _content(
    run: str, accuracy: float, classes: dict[str, float], **more: Any
) -> Content:
    half = 0.03
    interval = Interval(value=accuracy, low=accuracy - half, high=accuracy + half)
    return Content(
        pipeline="news",
        run=run,
        verdict=Verdict(state=RunState.PUSHED, sentence="", version=run[-1]),
        tested_rows=200,
        overall=[Overall(name="accuracy", candidate=interval)],
        classes=[
            ClassFigures(name=name, rows=50, accuracy=f1, f1=f1)
            for name, f1 in classes.items()
        ],
        **more,
    )


def _by_name(lines: list[Line]) -> dict[str, Line]:
    return {line.name: line for line in lines}


def test_figures_have_their_change_and_its_margin() -> None:
    first = _content("run 1", 0.9, {}, calibration=Calibration(ece=0.05, bins=[]))
    found = _by_name(compare(first, _content("run 2", 0.92, {})))
    accuracy = found["accuracy"]
    assert (accuracy.first, accuracy.second) == (0.9, 0.92)
    assert accuracy.change == pytest.approx(0.02)
    assert accuracy.margin == pytest.approx(0.03 * math.sqrt(2))
    assert found["calibration error"] == Line(
        "figures", "calibration error", 0.05, None
    )
    assert found["run"] == Line("result", "run", "run 1", "run 2")
    assert found["version"].second == "2"


def test_classes_that_changed_most_come_first() -> None:
    first = _content("run 1", 0.9, {"same": 0.5, "up": 0.5, "down": 0.9, "old": 0.1})
    second = _content("run 2", 0.9, {"same": 0.5, "up": 0.6, "down": 0.6, "new": 0.2})
    found = [line for line in compare(first, second) if line.section == "classes"]
    assert [line.name for line in found] == ["old", "new", "down", "up"]
    many = {f"class {each}": each / 100 for each in range(40)}
    lines = compare(
        _content("1", 0.9, many), _content("2", 0.9, dict.fromkeys(many, 1))
    )
    classes = [line.name for line in lines if line.section == "classes"]
    assert len(classes) == MOST_CLASSES
    assert classes[0] == "class 0"


def test_only_different_settings_versions_and_digests_are_listed() -> None:
    first = _content(
        "run 1",
        0.9,
        {},
        configuration="[train]\nepochs = 3\nseed = 1\n[model.encoder]\nwidth = 64\n",
        versions={"numpy": "1", "tfx": "1.21"},
        digests={"data": "ab", "code": "cd"},
    )
    second = _content(
        "run 2",
        0.9,
        {},
        configuration="[train]\nepochs = 5\nseed = 1\n[model.encoder]\nlayers = 2\n",
        versions={"numpy": "2", "tfx": "1.21"},
        digests={"data": "ab", "code": "ef"},
    )
    found = _by_name(compare(first, second))
    assert found["train.epochs"] == Line("configuration", "train.epochs", "3", "5")
    assert found["model.encoder.width"].second is None
    assert found["model.encoder.layers"].first is None
    assert (found["numpy"].first, found["numpy"].second) == ("1", "2")
    assert found["code"].section == "digests"
    assert not {"train.seed", "tfx", "data"} & set(found)


def test_rows_and_seconds_are_compared() -> None:
    node = NodeCost(name="Trainer", state=NodeState.DONE, seconds=18.5)
    data = Data(
        rows_in=100,
        rows_out=98,
        quarantined={"empty text": 2},
        spans=["2026-11-26"],
        splits=[SplitRows(name="train", rows=80, by_label={})],
    )
    first = _content("run 1", 0.9, {}, data=data, nodes=[node])
    second = _content("run 2", 0.9, {}, nodes=[node.model_copy(update={"seconds": 8})])
    found = _by_name(compare(first, second))
    assert found["Trainer"].change == found["all nodes"].change == -10.5
    assert (found["rows quarantined"].first, found["rows of train"].first) == (2, 80)
    assert found["spans"] == Line("data", "spans", "2026-11-26", None)


def test_a_run_that_was_stopped_has_less() -> None:
    stopped = Content(
        pipeline="news",
        run="run 2",
        verdict=Verdict(state=RunState.STOPPED, sentence=""),
        configuration="not TOML",
    )
    found = _by_name(compare(_content("run 1", 0.9, {"a": 0.5}), stopped))
    assert found["accuracy"] == Line("figures", "accuracy", 0.9, None)
    assert found["a"].second is None
    assert found["state"].second == "stopped"


def test_a_table_has_the_runs_as_heads_and_obeys_no_text() -> None:
    first = _content("run 1", 0.9, {"\x1b[31mred": 0.5})
    second = _content("run 2", 0.92, {"\x1b[31mred": 0.25})
    found = compare_table.rows(compare(first, second))
    assert found[0] == ["", "run 1", "run 2", "change"]
    assert ["accuracy", "0.9000", "0.9200", "+0.0200 ± 0.0424"] in found
    assert ["F1 of \\x1b[31mred", "0.5000", "0.2500", "-0.2500"] in found
    assert ["tested rows", "200", "200", ""] in found
    assert ["compared with", "–", "–", ""] in found


def test_a_figure_that_is_not_finite_has_no_change() -> None:
    lines = compare(_content("run 1", math.nan, {}), _content("run 2", 0.9, {}))
    assert ["accuracy", "nan", "0.9000", ""] in compare_table.rows(lines)
