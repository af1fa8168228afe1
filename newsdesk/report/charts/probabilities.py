"""Charts of the probabilities: are they right, and what does a limit on them cost."""

from newsdesk.report.charts.axis import Axis, around, shares
from newsdesk.report.charts.chart import Chart, Line, Table
from newsdesk.report.content import Calibration, CalibrationBin, CoveragePoint
from newsdesk.report.numbers import count, figure, share


def reliability(calibration: Calibration) -> Chart:
    """Draws accuracy by probability.

    Args:
        calibration: the bins of the exported model, and those without temperature.

    Returns:
        A chart whose diagonal is a perfectly calibrated model.
    """
    lines = [_line("without temperature", "other", calibration.bins_before)]
    lines += [_line("exported model", "main", calibration.bins)]
    return Chart(
        id="reliability",
        title="Accuracy by probability of the answer",
        description=_summary(calibration),
        x=shares("probability of the answer"),
        y=shares("accuracy"),
        table=_bins(calibration),
        lines=[line for line in lines if line.points],
        diagonal=True,
    )


def coverage(points: list[CoveragePoint]) -> Chart:
    """Draws the accuracy of the answers that a least probability leaves.

    Args:
        points: one for each least probability.

    Returns:
        A chart of accuracy by coverage.
    """
    line = Line("answers", "main", [(one.coverage, one.accuracy) for one in points])
    # What a team gains that can look at a fifth of the rows.
    most = min(points, key=lambda one: abs(one.coverage - 0.8))
    return Chart(
        id="coverage-chart",
        title="Accuracy by share of rows that the model answers",
        description=f"{_answered(points[0])} {_answered(most)}",
        x=shares("share of rows that the model answers"),
        y=_accuracies(points),
        table=Table(
            ["least probability", "answers", "accuracy of the answers"],
            [
                [figure(one.probability, 2), share(one.coverage), figure(one.accuracy)]
                for one in points
            ],
        ),
        lines=[Line(line.name, line.kind, line.points, has_dots=len(points) <= 25)],
    )


def _accuracies(points: list[CoveragePoint]) -> Axis:
    """Makes an axis that ends at 1, even if every answer is right."""
    least = min(one.accuracy for one in points)
    return shares("accuracy") if least == 1 else around("accuracy", [least], start=1)


def _line(name: str, kind: str, bins: list[CalibrationBin]) -> Line:
    filled = [(one.probability, one.accuracy) for one in bins if one.rows]
    return Line(name, kind, filled)


def _summary(calibration: Calibration) -> str:
    now = f"Expected calibration error {figure(calibration.ece)} in the exported model"
    if calibration.ece_before is None:
        return f"{now}."
    return f"{now}, {figure(calibration.ece_before)} without temperature."


def _bins(calibration: Calibration) -> Table:
    before = {(one.low, one.high): one for one in calibration.bins_before}
    head = ["probability", "rows", "mean probability", "accuracy"]
    rows = []
    for one in calibration.bins:
        row = [f"{one.low:.2f} to {one.high:.2f}", count(one.rows), *_pair(one)]
        if calibration.bins_before:
            other = before.get((one.low, one.high))
            row += [count(other.rows) if other else "–", *_pair(other)]
        rows.append(row)
    if calibration.bins_before:
        head += ["rows without", "mean probability without", "accuracy without"]
    return Table(head, rows)


def _pair(one: CalibrationBin | None) -> list[str]:
    if one is None or not one.rows:
        return ["–", "–"]
    return [figure(one.probability), figure(one.accuracy)]


def _answered(point: CoveragePoint) -> str:
    return (
        f"At a least probability of {point.probability:.2f}, the model answers "
        f"{share(point.coverage)} of the rows, with accuracy {figure(point.accuracy)}."
    )
