"""What the readers must do, said once more and in other words."""

from collections.abc import Sequence
from typing import Any

Cells = dict[str, str]


def looks_like_rows(
    record: str, delimiter: str, columns: Sequence[str], settings: dict[str, Any]
) -> bool:
    """Decides whether the lines of a record are rows by themselves.

    Args:
        record: as it is written.
        delimiter: between the cells.
        columns: of the file.
        settings: the data section.

    Returns:
        Whether more than half of its lines but one are.
    """
    lines = [line.rstrip("\r") for line in record.split("\n")]
    lines = [line for line in lines if line]
    names = [one.strip() for one in columns]
    rows = 0
    for line in lines:
        cells = line.split(delimiter)
        if len(cells) == len(names):
            rows += expected(dict(zip(names, cells, strict=True)), settings) is not None
    return len(lines) > 1 and 2 * rows > len(lines) + 1


def expected(row: Cells, settings: dict[str, Any]) -> tuple[str, int] | None:
    """Says what a row must come to.

    Args:
        row: the cells by column.
        settings: the data section.

    Returns:
        Its text and the place of its label, or None if it belongs in the quarantine.
    """
    text = " ".join(row[one] for one in settings["text_columns"]).strip()
    label = row["label"].strip()
    visible = any(one.isprintable() and not one.isspace() for one in text)
    if not visible or label not in settings["labels"]:
        return None
    return text, settings["labels"].index(label)
