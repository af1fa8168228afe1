"""Reads the figures that nodes have written, for the screen and the summary."""

from pathlib import Path
from typing import Any

from components.text_example_gen.quarantine import OVER_LINES, read_summary
from pipeline.local.executions import text_property


def rows(quarantine: str) -> dict[str, int]:
    """Reads how many rows came in, went out and were set aside.

    Args:
        quarantine: the folder of the Quarantine artifact.

    Returns:
        `rows_in`, `rows_out` and `quarantined`, and `rows/<split>` for every split;
        OVER_LINES, the rows that take several lines, if there are any.
    """
    summary = read_summary(quarantine)
    by_split = {f"rows/{split}": rows for split, rows in summary["splits"].items()}
    totals = {key: summary[key] for key in ("rows_in", "rows_out", "quarantined")}
    over_lines = summary.get(OVER_LINES, 0)
    return totals | by_split | ({OVER_LINES: over_lines} if over_lines else {})


def rows_note(rows: dict[str, int]) -> str:
    """Says in one line what became of the rows.

    Args:
        rows: from `rows`.

    Returns:
        Their numbers in words.
    """
    note = (
        f"{rows['rows_in']:,} rows in = {rows['rows_out']:,} out "
        f"+ {rows['quarantined']:,} quarantined"
    )
    over_lines = rows.get(OVER_LINES, 0)
    if over_lines == 1:
        note += "; 1 row spans several lines"
    elif over_lines:
        note += f"; {over_lines:,} rows span several lines"
    return note


def conflicts(statistics: str) -> str:
    """Says how many rows have a text that occurs with another label.

    Args:
        statistics: the folder of the TextStatisticsOfSplits artifact.

    Returns:
        The share of the split that has most of them, or "".
    """
    from components.text_statistics.statistics import read

    splits = read(Path(statistics)).splits
    split = max(splits, key=lambda name: splits[name].conflict_share)
    share = splits[split].conflict_share
    if not share:
        return ""
    return f"{share:.1%} of the {split} rows have a text that also has another label"


def skipped_rules(verdict: str) -> str:
    """Says which rules the data gate could not apply.

    Args:
        verdict: the folder of the DataVerdict artifact.

    Returns:
        The rules in words, or "".
    """
    # It loads all of TFX, which a run with nothing to do never needs.
    from components.data_gate import skipped

    rules = skipped(verdict)
    return f"skipped: {', '.join(rules)}" if rules else ""


def is_blessed(blessing: str) -> bool:
    """Tells whether the Evaluator let a model pass.

    Args:
        blessing: the folder of the ModelBlessing artifact.

    Returns:
        Whether the file is there that says so.
    """
    return Path(blessing, "BLESSED").exists()


def pushed_version(pushed_model: Any) -> str | None:
    """Finds the published version that a PushedModel artifact stands for.

    Args:
        pushed_model: the artifact as the metadata store holds it.

    Returns:
        `<destination>/<version>`, or None when nothing was pushed.
    """
    return text_property(pushed_model, "pushed_destination")
