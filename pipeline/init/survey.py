"""Statistics of a file of labelled text, before the meaning of its columns is known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from newsdesk.rows.labelling import is_header
from newsdesk.rows.nested import Nested
from newsdesk.rows.readers import BadRow, Layout, Row
from newsdesk.rows.remedies import remedy
from pipeline.init.column import Column
from pipeline.init.header import LABEL_NAMES, Header
from pipeline.init.inputs import Inputs


@dataclass
class Survey:
    """The result of one pass over a file.

    Attributes:
        file: the file, folder or pattern that the user named.
        columns: statistics of each column, in the order of the file.
        rows: number of rows that could be read.
        bad: the first row that could not be read, or None.
        bad_rows: number of rows that could not be read.
        has_header: False if the file does not name its columns.
        file_format: the format that the user named, or auto.
        header: the decision about the first row; None if the format has no header.
        repeated: number of rows that repeat the header.
        nested: the structure of each column that contains lists or objects.
        causes: causes of rows that cannot be read, with the number of rows.
        examples: the first row of each cause.
        quoting: the quoting that the user named, or auto.
        encoding: a value of `data.encoding`.
        example: a word that shows whether the encoding is right, or "".
        delimiter: a value of `data.delimiter`; auto if it is that of the format.
        inputs: the files of the path.
        is_cut: whether the files have more rows than were read.
    """

    file: Path
    columns: dict[str, Column]
    rows: int
    bad: BadRow | None
    bad_rows: int
    has_header: bool
    file_format: str
    header: Header | None = None
    repeated: int = 0
    nested: dict[str, Nested] = field(default_factory=dict)
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, BadRow] = field(default_factory=dict)
    quoting: str = "auto"
    encoding: str = "auto"
    example: str = ""
    delimiter: str = "auto"
    inputs: Inputs = Inputs(())
    is_cut: bool = False

    def add(self, row: Row | BadRow) -> None:
        """Adds one row to the statistics.

        Args:
            row: a row as the reader returned it.
        """
        if isinstance(row, BadRow):
            self.bad_rows += 1
            self.bad = self.bad or row
            if cause := remedy(row):
                self.causes[cause] += 1
                self.examples.setdefault(cause, row)
            return
        if self.header and is_header(row, tuple(row.values)):
            self.repeated += 1
            return
        self.rows += 1
        for name, found in row.nested.items():
            if (found.size or 0) >= (self.nested.get(name, found).size or 0):
                self.nested[name] = found
        for name, cell in row.values.items():
            self.columns.setdefault(name, Column()).add(cell)

    @property
    def layout(self) -> Layout:
        """The layout to read the file again with."""
        return self.layout_of(() if self.has_header else tuple(self.columns))

    def layout_of(self, names: Sequence[str]) -> Layout:
        """Gives the layout to read the file with other names of its columns.

        Args:
            names: names of the columns of a file without a header, else empty.

        Returns:
            The layout.
        """
        return Layout(
            self.file_format, tuple(names), self.quoting, self.encoding, self.delimiter
        )

    @property
    def cause(self) -> str:
        """The most frequent cause of rows that cannot be read, or ""."""
        total = self.rows + self.bad_rows + self.repeated
        return "".join(
            f"{count:,} of {total:,} rows cannot be read (row "
            f"{self.examples[sentence].number}: {self.examples[sentence].reason}); "
            f"{sentence}"
            for sentence, count in self.causes.most_common(1)
        )

    @property
    def label_candidates(self) -> list[str]:
        """The columns that may be the label; only one if its name decides."""
        found = [name for name, column in self.columns.items() if column.may_be_label]
        named = [name for name in found if LABEL_NAMES.fullmatch(name.lower())]
        return named if len(named) == 1 else found

    @property
    def one_class(self) -> str:
        """A column that is named like a label but has only one value, or ""."""
        for name, column in self.columns.items():
            constant = column.values is not None and len(column.values) == 1
            if constant and LABEL_NAMES.fullmatch(name.lower()):
                return name
        return ""

    def text_candidates(self, label: str, slices: Sequence[str] = ()) -> list[str]:
        """Names the columns that may be text.

        Args:
            label: the label column, which is excluded.
            slices: the slice columns, which are excluded.

        Returns:
            Names in the order of the file. A single other column always counts.
        """
        others = [name for name in self.columns if name not in (label, *slices)]
        found = [name for name in others if self.columns[name].may_be_text]
        # Most texts of a file may be repeated.
        found = found or [name for name in others if self.columns[name].has_words]
        return found or (others if len(others) == 1 else [])
