"""A chart of the lengths of texts, with the most tokens that the model reads."""

from newsdesk.report.charts.axis import around
from newsdesk.report.charts.chart import Bar, Chart, Mark, Table
from newsdesk.report.content import Lengths
from newsdesk.report.numbers import count, share, tick
from newsdesk.report.shown import plain


def chart(lengths: Lengths, number: int) -> Chart:
    """Draws how long the texts of a split are.

    Args:
        lengths: the bars and the limit.
        number: makes the id unique.

    Returns:
        A chart of rows by tokens.
    """
    ranges = list(zip(lengths.edges, lengths.edges[1:], lengths.counts, strict=False))
    limit = [float(lengths.limit)] if lengths.limit else []
    return Chart(
        id=f"lengths-{number}",
        title=f"Tokens per text, {plain(lengths.split)}",
        description=_summary(lengths),
        x=around("tokens", [*lengths.edges, *limit], start=0),
        y=around("rows", [float(rows) for rows in lengths.counts], start=0),
        table=Table(
            ["tokens", "rows"],
            [
                [_range(low, up, up == lengths.edges[-1]), count(rows)]
                for low, up, rows in ranges
            ],
        ),
        bars=[Bar(low, up, rows) for low, up, rows in ranges],
        mark=Mark(lengths.limit, "limit") if lengths.limit else None,
    )


def _range(low: float, up: float, is_last: bool) -> str:
    return f"{tick(low)} and more" if is_last else f"{tick(low)} to {tick(up)}"


def _summary(lengths: Lengths) -> str:
    facts = []
    if lengths.limit is not None:
        facts.append(f"The model reads {lengths.limit} tokens")
    if lengths.truncated is not None:
        facts.append(f"{share(lengths.truncated)} of the texts are longer")
    if lengths.unknown is not None:
        facts.append(f"{share(lengths.unknown)} of the tokens are unknown")
    facts.append("the last bar also has longer texts")
    text = "; ".join(facts)
    return f"{text[0].upper()}{text[1:]}."
