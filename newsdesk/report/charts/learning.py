"""Charts of the training: loss, accuracy and learning rate by epoch."""

from collections.abc import Callable

from newsdesk.report.charts.axis import around, numbers
from newsdesk.report.charts.chart import Chart, Line, Mark, Table
from newsdesk.report.content import Epoch, Learning
from newsdesk.report.numbers import figure, tick


def charts(learning: Learning) -> list[Chart]:
    """Draws the course of a training.

    Args:
        learning: the epochs.

    Returns:
        Charts of loss, accuracy and learning rate; those without values are left out.
    """
    lines = (
        ("loss", "Loss by epoch", "loss, nats", _losses(learning)),
        (
            "score",
            "Accuracy and macro F1 on eval by epoch",
            "accuracy, macro F1",
            _scores(learning),
        ),
        ("rate", "Learning rate by epoch", "learning rate", _rates(learning)),
    )
    return [
        _chart(learning, f"learning-{id}", title, axis, found)
        for id, title, axis, found in lines
        if found
    ]


def _losses(learning: Learning) -> list[Line]:
    return _lines(
        learning,
        ("train", "main", lambda epoch: epoch.loss),
        ("eval", "other", lambda epoch: epoch.eval_loss),
    )


def _scores(learning: Learning) -> list[Line]:
    return _lines(
        learning,
        ("accuracy", "main", lambda epoch: epoch.eval_accuracy),
        ("macro F1", "other", lambda epoch: epoch.eval_macro_f1),
    )


def _rates(learning: Learning) -> list[Line]:
    return _lines(
        learning, ("learning rate", "main", lambda epoch: epoch.learning_rate)
    )


def _lines(
    learning: Learning, *kinds: tuple[str, str, Callable[[Epoch], float | None]]
) -> list[Line]:
    found = []
    for name, kind, read in kinds:
        values = ((epoch.number, read(epoch)) for epoch in learning.epochs)
        points = [(float(number), y) for number, y in values if y is not None]
        if points:
            found.append(Line(name, kind, points))
    return found


def _chart(
    learning: Learning, id: str, title: str, axis: str, lines: list[Line]
) -> Chart:
    values = [y for line in lines for _, y in line.points]
    is_rate = id.endswith("rate")
    return Chart(
        id=id,
        title=title,
        description=_sentence("; ".join(map(_course, lines))),
        x=numbers("epoch", max(epoch.number for epoch in learning.epochs)),
        y=around(axis, values, start=0 if is_rate else None),
        table=_table(learning, lines, tick if is_rate else figure),
        lines=lines,
        mark=Mark(learning.best, "weights of epoch") if learning.best else None,
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _course(line: Line) -> str:
    (first, before), (last, after) = line.points[0], line.points[-1]
    if first == last:
        return f"{line.name} {before:.4g} in epoch {first:.0f}"
    ends = f"from {before:.4g} in epoch {first:.0f} to {after:.4g} in epoch {last:.0f}"
    return f"{line.name} {ends}"


def _table(
    learning: Learning, lines: list[Line], shape: Callable[[float], str]
) -> Table:
    known = [dict(line.points) for line in lines]
    rows = [
        [str(epoch.number)]
        + [shape(of[epoch.number]) if epoch.number in of else "–" for of in known]
        for epoch in learning.epochs
    ]
    return Table(["epoch", *(line.name for line in lines)], rows)
