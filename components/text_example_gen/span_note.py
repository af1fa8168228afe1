"""Says which spans a run reads; `newsdesk runs` imports nothing slow for it."""

from collections.abc import Sequence


def spans_note(spans: Sequence[str], window: int = 0) -> str:
    """Says which spans a run has read.

    Args:
        spans: their names in order, days as YYYY-MM-DD or numbers.
        window: `data.window`; 0 if it is not known.

    Returns:
        For example `days 2026-11-01 to 2026-11-03 (3)`; "" without spans.
    """
    if not spans:
        return ""
    kind = "day" if "-" in spans[0] else "span"
    if len(spans) == 1:
        note = f"{kind} {spans[0]}"
    else:
        note = f"{kind}s {spans[0]} to {spans[-1]} ({len(spans)})"
    if len(spans) < window:
        note += f"; data.window is {window}, but there are no more {kind}s"
    return note
