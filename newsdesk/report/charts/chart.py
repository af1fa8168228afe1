"""A chart of lines, bars and marks, and the coordinates that its template draws."""

import math
from dataclasses import dataclass, field

from newsdesk.report.charts.axis import Axis

# The template draws in these units. They are narrow, so that the text of a chart is
# still readable when a telephone shrinks it to 350 pixels.
WIDTH, HEIGHT = 440, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 26, 44


@dataclass(frozen=True)
class Line:
    """A line through points.

    Attributes:
        name: for the legend.
        kind: "main" or "other": colour, dashes and shape of the points.
        points: x and y; those that are not finite are left out.
        has_dots: whether each point is marked.
    """

    name: str
    kind: str
    points: list[tuple[float, float]]
    has_dots: bool = True


@dataclass(frozen=True)
class Bar:
    """A bar from zero.

    Attributes:
        left: where it begins on the horizontal axis.
        right: where it ends.
        height: on the vertical axis.
    """

    left: float
    right: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A vertical line with a name, such as a limit.

    Attributes:
        x: where it is.
        name: what it means.
    """

    x: float
    name: str


@dataclass(frozen=True)
class Table:
    """The facts of a chart for people who do not see it.

    Attributes:
        head: names of the columns.
        rows: cells as text; the first cell of a row names it.
    """

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        id: unique on the page.
        title: what it shows.
        description: what it says, in a sentence.
        x: the horizontal axis.
        y: the vertical axis.
        table: the same facts.
        lines: over the bars.
        bars: from the lower edge.
        mark: a vertical line.
        diagonal: whether a line shows where x and y are equal.
    """

    id: str
    title: str
    description: str
    x: Axis
    y: Axis
    table: Table
    lines: list[Line] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    mark: Mark | None = None
    diagonal: bool = False

    def left(self, value: float) -> float:
        """Finds the horizontal coordinate of a number."""
        return round(LEFT + self.x.part(value) * (WIDTH - LEFT - RIGHT), 1)

    def top(self, value: float) -> float:
        """Finds the vertical coordinate of a number."""
        return round(HEIGHT - BOTTOM - self.y.part(value) * (HEIGHT - TOP - BOTTOM), 1)

    def dots(self, line: Line) -> list[tuple[float, float]]:
        """Finds the coordinates of the points of a line."""
        finite = (point for point in line.points if all(map(math.isfinite, point)))
        return [(self.left(x), self.top(y)) for x, y in finite]

    def path(self, line: Line) -> str:
        """Makes the attribute `points` of a line."""
        return " ".join(f"{x},{y}" for x, y in self.dots(line))
