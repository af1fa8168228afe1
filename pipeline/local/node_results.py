"""Reads results of nodes for the screen and the summary of a run."""

import json
from pathlib import Path
from shlex import quote
from typing import Any

from components.text_example_gen.row_counts import (
    LEFT_OUT,
    MERGED,
    OVER_LINES,
    SMALL,
    SOURCES,
    WHOLE,
    read_summary,
)
from newsdesk import features
from newsdesk.config.data import Data
from newsdesk.config.removed_labels import override
from newsdesk.training import Training
from pipeline.local.executions import text_property

_SHOWN = 3


def rows(quarantine: str) -> dict[str, int]:
    """Reads the number of rows that were read, used and quarantined.

    Args:
        quarantine: the folder of the Quarantine artifact.

    Returns:
        `rows_in`, `rows_out`, `quarantined`, and `rows/<split>` for every split;
        OVER_LINES, the number of rows that span several lines, and LEFT_OUT, of rows
        whose labels are dropped, if there are any.
    """
    summary = read_summary(quarantine)
    left_out = sum(summary.get(LEFT_OUT, {}).values())
    by_split = {f"rows/{split}": rows for split, rows in summary["splits"].items()}
    totals = {key: summary[key] for key in ("rows_in", "rows_out", "quarantined")}
    over_lines = summary.get(OVER_LINES, 0)
    more = {OVER_LINES: over_lines, LEFT_OUT: left_out}
    return totals | by_split | {key: count for key, count in more.items() if count}


def rows_note(rows: dict[str, int]) -> str:
    """Formats the numbers of rows for one line.

    Args:
        rows: the result of `rows`.

    Returns:
        The note on the line of the node.
    """
    note = (
        f"{rows['rows_in']:,} rows in = {rows['rows_out']:,} out "
        f"+ {rows['quarantined']:,} quarantined"
    )
    if left_out := rows.get(LEFT_OUT, 0):
        note += f" + {left_out:,} left out"
    over_lines = rows.get(OVER_LINES, 0)
    if over_lines == 1:
        note += "; 1 row spans several lines"
    elif over_lines:
        note += f"; {over_lines:,} rows span several lines"
    return note


def splits_lines(quarantine: str, data: Data) -> list[str]:
    """Says what became which split, and which classes are small, merged or left out.

    Args:
        quarantine: the folder of the Quarantine artifact.
        data: the data section.

    Returns:
        Sentences, each for one line below the line of the node.
    """
    summary = read_summary(quarantine)
    sources = summary.get(SOURCES, {})
    parts = [
        f"{split} {rows:,}" + (f" ({sources[split]})" if sources else "")
        for split, rows in summary["splits"].items()
    ]
    lines = [f"rows {'by split' if sources else 'divided by text'}: {', '.join(parts)}"]
    merged = summary.get(MERGED, {})
    for target, names in data.merge_labels.items():
        counted = [f"{name!r} ({merged[name]:,})" for name in names if name in merged]
        if counted:
            lines.append(f"merged into {target!r}, with rows: {', '.join(counted)}")
    for label, rows in summary.get(LEFT_OUT, {}).items():
        lines.append(f"left out: {label!r} (data.drop_labels), rows: {rows:,}")
    if small := summary.get(SMALL):
        lines.append(_small_line(small, data, len(summary["splits"])))
    return lines


def whole_lines(quarantine: str) -> list[str]:
    """Says which large files one worker had to read, while the others waited.

    Args:
        quarantine: the folder of the Quarantine artifact.

    Returns:
        Sentences, each for one line below the line of the node.
    """
    found = sorted(read_summary(quarantine).get(WHOLE, {}).items())
    lines = [
        f"one worker read {file}, because it {why}" for file, why in found[:_SHOWN]
    ]
    if more := len(found) - len(lines):
        lines.append(f"one worker read each of {more:,} more large files")
    return lines


def _small_line(small: dict[str, int], data: Data, splits: int) -> str:
    """Names classes without texts for every split, and the choices."""
    named = [
        f"{label!r} has {texts} different {'text' if texts == 1 else 'texts'}"
        for label, texts in list(small.items())[:_SHOWN]
    ]
    if more := len(small) - len(named):
        named.append(f"{more} more labels have too few")
    choices = "add rows, or merge the label into another with data.merge_labels"
    if option := override(small, data.labels, data.drop_labels):
        choices = f"{choices}, or leave it out with --set {quote(option)}"
    return f"small: {', '.join(named)} for {splits} splits; {choices}"


def conflicts(statistics: str) -> str:
    """Says what share of rows has a text that also has another label.

    Args:
        statistics: the folder of the TextStatisticsOfSplits artifact.

    Returns:
        A sentence for the split with the largest share, or "".
    """
    from components.text_statistics.statistics import read

    splits = read(Path(statistics)).splits
    split = max(splits, key=lambda name: splits[name].conflict_share)
    share = splits[split].conflict_share
    if not share:
        return ""
    return f"{share:.1%} of the {split} rows have a text that also has another label"


def skipped_rules(verdict: str, why: str) -> str:
    """Says which rules the data gate skipped, and why.

    Args:
        verdict: the folder of the DataVerdict artifact.
        why: why there was nothing to compare with.

    Returns:
        A sentence, or "".
    """
    # Imported here, because it imports TFX, which a run with nothing to do never needs.
    from components.data_gate import skipped

    rules = skipped(verdict)
    return f"{why} (skipped: {', '.join(rules)})" if rules else ""


def training(model: str) -> Training | None:
    """Reads from the model card how the training of a model ended, without its epochs.

    Args:
        model: the folder of the Model artifact.

    Returns:
        The end of the training; None if the card cannot be read or does not have it.
    """
    # Imported here, because it imports TFX, which a run with nothing to do never needs.
    from tfx.utils import path_utils

    extra = Path(path_utils.serving_model_path(model), "assets.extra")
    try:
        card = json.loads((extra / features.MODEL_CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = Training.of_card(card)
    # The list of runs reads the summaries of thousands of runs.
    return found and found.model_copy(update={"course": []})


def pushed_version(pushed_model: Any) -> str | None:
    """Reads the address of the published version from a PushedModel artifact.

    Args:
        pushed_model: the artifact of the metadata store.

    Returns:
        `<destination>/<version>`, or None if nothing was pushed.
    """
    return text_property(pushed_model, "pushed_destination")
