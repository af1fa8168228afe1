"""Charts have round axes, and coordinates inside of their frame."""

import math
import re

import pytest

from newsdesk.report.charts import learning, lengths, probabilities
from newsdesk.report.charts.axis import around, numbers
from newsdesk.report.charts.chart import HEIGHT, WIDTH, Chart
from newsdesk.report.content import Content, CoveragePoint, Epoch, Learning
from newsdesk.report.numbers import tick
from newsdesk.report.page import html
from tests.support import report_contents


@pytest.mark.parametrize(
    "values",
    [
        [0.91, 0.982],
        [3, 97],
        [5.0],
        [0.0],
        [math.nan, math.inf, 1, 2],
        [],
        [1e-9, 2e-9],
        [0.9991, 0.9999],
    ],
)
def test_axes_end_at_round_numbers(values: list[float]) -> None:
    axis = around("figure", values)
    finite = [value for value in values if math.isfinite(value)]
    assert axis.low <= min(finite, default=0) and axis.high >= max(finite, default=1)
    assert 3 <= len(axis.ticks) <= 8
    assert len({tick(one) for one in axis.ticks}) == len(axis.ticks)
    assert axis.ticks[0] == axis.low and axis.ticks[-1] == axis.high


def test_epochs_are_whole_numbers() -> None:
    assert numbers("epoch", 3).ticks == [1, 2, 3]
    assert len(numbers("epoch", 1000).ticks) <= 8


def _charts() -> list[Chart]:
    content = report_contents.rich()
    assert content.learning and content.calibration and content.data
    drawn = learning.charts(content.learning)
    drawn.append(probabilities.reliability(content.calibration))
    drawn.append(probabilities.coverage(content.coverage))
    return drawn + [lengths.chart(one, 1) for one in content.data.lengths]


@pytest.mark.parametrize("chart", _charts(), ids=lambda chart: chart.id)
def test_points_are_inside_of_the_frame(chart: Chart) -> None:
    assert chart.lines or chart.bars
    for line in chart.lines:
        assert chart.dots(line)
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in chart.dots(line))
    for bar in chart.bars:
        assert 0 <= chart.left(bar.left) < chart.left(bar.right) <= WIDTH
    assert chart.description.endswith(".")
    assert {len(row) for row in chart.table.rows} == {len(chart.table.head)}


def test_the_template_draws_in_the_units_of_the_chart() -> None:
    page = html(report_contents.rich())
    sizes = set(re.findall(r'<svg class="chart" viewBox="0 0 (\d+) (\d+)"', page))
    assert sizes == {(str(WIDTH), str(HEIGHT))}


def test_coverage_is_described_at_a_fifth_for_people() -> None:
    described = probabilities.coverage(report_contents.rich().coverage).description
    assert described.startswith(
        "At a least probability of 0.00, the model answers 100.0%"
    )
    assert (
        "of 0.65, the model answers 78.0% of the rows, with accuracy 0.9438."
        in described
    )


@pytest.mark.parametrize("least", [0.0, 0.42, 1.0])
def test_no_accuracy_is_above_one(least: float) -> None:
    points = [
        CoveragePoint(probability=probability, coverage=0.5, accuracy=accuracy)
        for probability, accuracy in ((0.1, least), (0.9, 1.0))
    ]
    assert probabilities.coverage(points).y.high == pytest.approx(1)


def test_values_that_were_not_measured_have_no_chart() -> None:
    epochs = [Epoch(number=1, loss=0.5, eval_accuracy=0.9)]
    drawn = learning.charts(Learning(epochs=epochs))
    assert [chart.id for chart in drawn] == ["learning-loss", "learning-score"]
    assert drawn[0].description == "Train 0.5 in epoch 1."


def test_one_epoch_can_be_drawn() -> None:
    content = Content.model_validate(
        report_contents.bare().model_dump()
        | {"learning": {"epochs": [{"number": 1, "loss": 0.5, "eval_accuracy": 1.0}]}}
    )
    assert html(content).count('class="dot main"') == 2
