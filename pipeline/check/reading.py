"""Reads the rows as TextExampleGen does, and counts them by split and label."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from components.text_example_gen import named_splits, sources
from components.text_statistics.conflicts import Conflict
from components.text_statistics.statistics import SplitStatistics
from components.text_statistics.tally import Row as Counted
from components.text_statistics.tally import Tally
from newsdesk.config.data import Data
from newsdesk.config.sections import Config
from newsdesk.rows import readers, tf_datasets
from newsdesk.rows.labelling import Labelled, Labelling, LeftOut, check_columns
from newsdesk.rows.remedies import remedies
from newsdesk.rows.row import BadRow, Row
from pipeline.check import division
from pipeline.check.lengths import Lengths

_SHOWN = 5
# The remedy of a whole file shows in its first bad rows.
_KEPT = 1000


@dataclass
class Rows:
    """What was read.

    Attributes:
        files: the files, in the order in which they were read.
        lengths: the lengths of all texts.
        read: number of rows of all files.
        bad: number of rows that cannot be used.
        left_out: number of good rows whose labels are dropped.
        sources: by split, the files that its rows come from, if the files say it.
        kept: the first bad rows.
        splits: the counts of each split.
        conflicts: examples of texts with several labels, by split.
    """

    files: list[str]
    lengths: Lengths
    read: int = 0
    bad: int = 0
    left_out: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    kept: list[BadRow] = field(default_factory=list)
    splits: dict[str, SplitStatistics] = field(default_factory=dict)
    conflicts: dict[str, list[Conflict]] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """Number of rows of all splits."""
        return self.read - self.bad - self.left_out

    @property
    def shown(self) -> list[str]:
        """The first bad rows: file, row and reason."""
        return [str(row) for row in self.kept[:_SHOWN]]

    @property
    def remedies(self) -> list[str]:
        """How to fix causes that concern a whole file."""
        return remedies(self.kept)


def read(config: Config) -> Rows:
    """Reads every file that a run would read.

    Args:
        config: the whole configuration.

    Returns:
        The counts.

    Raises:
        DataError: a file is missing or cannot be read, or lacks a column.
    """
    files = _files(config.data)
    data = named_splits.settled(config.data, files)
    found = Rows([file for name in files for file in files[name]], Lengths(config.text))
    found.sources = named_splits.described(files, data)
    names = division.names(data)
    tallies = {name: Tally() for name in names}
    good = partial(_good, data, files, found)
    for split, row in division.divided(data, good):
        tokens = found.lengths.add(row.text)
        is_cut = found.lengths.is_cut(tokens)
        tallies[split].add(Counted(row.text, row.label, tokens, None, None, is_cut))
    found.splits = {name: tally.statistics(None) for name, tally in tallies.items()}
    found.conflicts = {name: tally.conflicts() for name, tally in tallies.items()}
    return found


def _files(data: Data) -> dict[str, list[str]]:
    """Lists the files of every set."""
    if data.path.startswith(tf_datasets.PREFIX):
        tf_datasets.prepare(data.path)
    base, wanted = sources.input_of(data)
    return sources.files_of(base, wanted, data.span_marker, data.window)


def _good(
    data: Data, files: Mapping[str, Sequence[str]], found: Rows
) -> Iterator[division.Placed]:
    """Yields the good rows, and counts the others, each time from the beginning."""
    found.read, found.bad, found.left_out, found.kept = 0, 0, 0, []
    labelling = Labelling.of(data)
    layout = readers.Layout.of(data)

    def is_row(values: dict[str, str]) -> bool:
        return not isinstance(labelling.apply(Row("", 0, values)), BadRow)

    for name, file in ((key, one) for key in files for one in files[key]):
        columns = readers.columns_of(file, layout)
        check_columns(file, columns, labelling.columns)
        count, lines = readers.LineCount(), 0
        for row in readers.read_rows(file, layout, labelling.columns, is_row, count):
            found.read += 1
            lines += row.lines
            result = row if isinstance(row, BadRow) else labelling.apply(row)
            if isinstance(result, Labelled):
                yield name, result
                continue
            if isinstance(result, LeftOut):
                found.left_out += 1
                continue
            found.bad += 1
            if len(found.kept) < _KEPT:
                found.kept.append(result)
        count.check(file, lines)
