"""Reads the counts of rows that TextExampleGen writes, without importing TFX."""

import json
import os
from typing import Any

SUMMARY = "summary.json"
OVER_LINES = "over_several_lines"
LEFT_OUT, MERGED, SMALL, SOURCES = "left_out", "merged", "small_labels", "sources"
WHOLE = "read_by_one_worker"


def read_summary(uri: str) -> dict[str, Any]:
    """Reads the counts of a quarantine.

    Args:
        uri: the folder of the artifact.

    Returns:
        rows_in, rows_out, quarantined, OVER_LINES, and splits (rows by split); in newer
        ones also LEFT_OUT and MERGED (rows by label), SMALL (different texts by label),
        SOURCES (by split, where its rows come from) and WHOLE (why a large file was
        not cut, by its path).
    """
    # Imported here, because it imports TensorFlow, which a run with nothing to do
    # never needs.
    from tfx.dsl.io import fileio

    with fileio.open(os.path.join(uri, SUMMARY)) as stream:
        summary: dict[str, Any] = json.loads(stream.read())
    return summary
