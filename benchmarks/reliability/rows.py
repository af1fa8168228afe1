"""Rows in are rows out and quarantined, and nothing changes on the way.

`python -m benchmarks.reliability.rows` writes 20,000 generated files and reads them as
the pipeline does. Well-formed files must give what Python's csv and json and pyarrow
give; damaged ones may lose nothing without a word.
"""

import argparse
import csv
import gzip
import io
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.row_files import RowFile, RowFiles
from benchmarks.reliability.row_rules import Cells, expected
from components.text_example_gen.row_reader import Source
from components.text_example_gen.splits import Division
from components.text_example_gen.transforms import BATCHES, NOTES, ReadFiles
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows.readers import Layout, LineCount, columns_of, read_rows

_SHOWN = 20


@dataclass
class Figures:
    """What came of the files.

    Attributes:
        files: read.
        well_formed: of them, as programs write them.
        rows: in the well-formed files.
        differing: rows of them whose text or label differs from the reference reader.
        damaged: files that were damaged.
        refused: damaged files that stop a run with a sentence.
        quarantined: rows that were set aside.
        lone_quotes: files with quotes that enclose nothing.
        swallowed: of these, files that gave fewer or more rows than they have lines.
        unbalanced: files where rows in are not rows out and quarantined.
        uncounted: files whose lines do not add up.
        crashes: files that ended in anything but a sentence.
        reworded: texts that were changed before they were written, see RowFile.
    """

    files: int = 0
    well_formed: int = 0
    rows: int = 0
    differing: int = 0
    damaged: int = 0
    refused: int = 0
    quarantined: int = 0
    lone_quotes: int = 0
    swallowed: int = 0
    unbalanced: int = 0
    uncounted: int = 0
    crashes: int = 0
    reworded: int = 0

    @property
    def faults(self) -> int:
        """How many of all these must not happen."""
        wrong = self.differing + self.swallowed + self.unbalanced
        return wrong + self.uncounted + self.crashes


@dataclass
class Outcome:
    """What reading one file came to: texts with labels, and the counts."""

    rows: list[tuple[str, int]]
    rows_in: int
    bad: int
    fault: str


def fuzz(folder: Path, count: int, seed: int = 12) -> Figures:
    """Writes and reads files.

    Args:
        folder: to write to.
        count: of the files.
        seed: of the chance.

    Returns:
        What came of them.
    """
    files, figures = RowFiles(seed), Figures()
    for _ in range(count):
        made = files.one()
        path = folder / made.name
        path.write_bytes(made.content)
        figures.files += 1
        figures.reworded += made.reworded
        try:
            wrong = _judge(figures, made, path)
        except Exception as error:  # a crash is what is looked for
            figures.crashes += 1
            wrong = f"{type(error).__name__}: {error}"
        if wrong and figures.faults <= _SHOWN:
            print(f"file {figures.files} ({made.kind} {made.format}): {wrong:.500}")
    return figures


def _judge(figures: Figures, made: RowFile, path: Path) -> str:
    data = Data.model_validate({"path": str(path), "schema_file": "/x"} | made.settings)
    found = _read(data, path)
    figures.quarantined += found.bad
    if found.rows_in != len(found.rows) + found.bad:
        figures.unbalanced += 1
        return f"{found.rows_in} rows in"
    if not found.fault and (wrong := _miscounted(data, made, path)):
        figures.uncounted += 1
        return wrong
    if made.kind == "damaged":
        figures.damaged += 1
        figures.refused += bool(found.fault)
        figures.uncounted += "lines, but" in found.fault
        return found.fault if "lines, but" in found.fault else ""
    if made.kind == "lone quotes":
        figures.lone_quotes += 1
        figures.swallowed += found.rows_in != len(made.rows)
        return f"{found.rows_in} in" if found.rows_in != len(made.rows) else ""
    return _compare(figures, made, found)


def _compare(figures: Figures, made: RowFile, found: Outcome) -> str:
    figures.well_formed += 1
    reference = _reference(made)
    figures.rows += len(reference)
    if reference != made.rows:
        raise AssertionError("the reference reader does not read what was written")
    if found.fault:
        # Nothing but blank lines is a fault of its own.
        if not reference and "only blank lines" in found.fault:
            return ""
        figures.differing += max(1, len(reference))
        return found.fault
    wanted = [one for row in reference if (one := expected(row, made.settings))]
    wrong = [pair for pair in zip(wanted, found.rows, strict=False) if len({*pair}) > 1]
    missing = max(
        abs(len(wanted) - len(found.rows)), abs(len(reference) - found.rows_in)
    )
    figures.differing += len(wrong) + missing
    return f"{missing} missing, differing {wrong[:2]}" if wrong or missing else ""


def _read(data: Data, path: Path) -> Outcome:
    """Reads a file as a worker does."""
    from tensorflow.core.example.example_pb2 import Example

    found = Outcome([], 0, 0, "")
    source = Source(str(path), Division.by({"train": 1}))
    for output in ReadFiles(data).process(source):
        if output.tag == BATCHES:
            for serialized in output.value.rows:
                feature = Example.FromString(serialized).features.feature
                text = feature["text"].bytes_list.value[0].decode()
                found.rows.append((text, feature["label"].int64_list.value[0]))
        if output.tag != NOTES:
            continue
        note = json.loads(output.value)
        found.rows_in += note.get("rows", 0)
        found.bad += "bad" in note
        found.fault = note.get("fault", found.fault)
    return found


def _miscounted(data: Data, made: RowFile, path: Path) -> str:
    """Counts lines apart from the reader, also where all columns are read."""
    if made.format == "parquet":
        return ""
    content = _unpacked(made)
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    count, layout = LineCount(), Layout.of(data)
    columns_of(str(path), layout)
    try:
        in_rows = sum(row.lines for row in read_rows(str(path), layout, count=count))
    except DataError as error:
        return str(error)
    if lines == count.read == count.header + count.blank + in_rows:
        return ""
    return f"{lines} lines, {count}, {in_rows} in rows"


def _unpacked(made: RowFile) -> bytes:
    packed = made.content.startswith(b"\x1f\x8b")
    return gzip.decompress(made.content) if packed else made.content


def _reference(made: RowFile) -> list[Cells]:
    """Reads a well-formed file with Python's csv or json, or with pyarrow."""
    if made.format == "parquet":
        from pyarrow import parquet

        return list(parquet.read_table(io.BytesIO(made.content)).to_pylist())
    text = _unpacked(made).decode("utf-8-sig")
    if made.format == "jsonl":
        lines = [line for line in text.split("\n") if line.strip()]
        return [_of_json(json.loads(line)) for line in lines]
    quoting = made.settings["quoting"]
    literal = quoting == "none" or (quoting == "auto" and made.format == "tsv")
    rows = csv.reader(
        # Not the lines of StringIO, which without quotes would end at any CR.
        iter(line + "\n" for line in text.split("\n")) if literal else _io(text),
        delimiter="," if made.format == "csv" else "\t",
        quoting=csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL,
        strict=True,
    )
    full = [row for row in rows if row]
    names = made.settings.get("columns") or [one.strip() for one in full.pop(0)]
    return [dict(zip(names, row, strict=True)) for row in full]


def _io(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _of_json(values: dict[str, Any]) -> Cells:
    return {
        key.strip(): str(value)
        for key, value in values.items()
        if isinstance(value, str | int)
    }


def main() -> None:
    """Fuzzes, and prints the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=12)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsdesk-rows-") as scratch:
        began = time.monotonic()
        found = fuzz(Path(scratch), asked.files, asked.seed)
        seconds = time.monotonic() - began
    print(
        "{files:,} files: {well_formed:,} well-formed with {rows:,} rows, of which "
        "{differing} differ from the reference reader ({reworded} texts reworded); "
        "{damaged:,} damaged ({refused:,} refused with a sentence); {lone_quotes:,} "
        "with lone quotes, {swallowed} with other than one row per line; "
        "{quarantined:,} rows quarantined; {unbalanced} files where rows in are not "
        "rows out + quarantined, {uncounted} where lines do not add up, {crashes} "
        "crashes".format(**asdict(found))
        + f"; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
