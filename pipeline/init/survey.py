"""What was found in a file of labelled text, before its columns have a meaning."""

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


@dataclass
class Survey:
    """What one pass over a file found.

    Attributes:
        file: the file that was looked at.
        columns: what each column looks like, in the order of the file.
        rows: how many rows could be read.
        bad: the first row that could not, or None.
        bad_rows: how many could not.
        has_header: False where the file does not name its columns.
        file_format: as the person named it, or auto.
        header: the decision about the first row; None where a format has no header.
        repeated: how many rows repeat the header.
        nested: what columns hold that hold lists or objects, by name.
        causes: what is behind rows that cannot be read, with the number of rows.
        examples: the first row of each cause.
        quoting: as the person named it, or auto.
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

    def add(self, row: Row | BadRow) -> None:
        """Counts one row.

        Args:
            row: as it was read.
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
        """How to read the file again."""
        return self.layout_of(() if self.has_header else tuple(self.columns))

    def layout_of(self, names: Sequence[str]) -> Layout:
        """How to read the file with other names of its columns.

        Args:
            names: of a file without a header, else empty.

        Returns:
            The layout.
        """
        return Layout(self.file_format, tuple(names), self.quoting)

    @property
    def cause(self) -> str:
        """What is behind most rows that cannot be read, or ""."""
        total = self.rows + self.bad_rows + self.repeated
        return "".join(
            f"{count:,} of {total:,} rows cannot be read (row "
            f"{self.examples[sentence].number}: {self.examples[sentence].reason}); "
            f"{sentence}"
            for sentence, count in self.causes.most_common(1)
        )

    @property
    def label_candidates(self) -> list[str]:
        """The columns that may hold the label; only one if its name tells."""
        found = [name for name, one in self.columns.items() if one.may_be_label]
        named = [name for name in found if LABEL_NAMES.fullmatch(name.lower())]
        return named if len(named) == 1 else found

    @property
    def one_class(self) -> str:
        """A column named like a label that holds one value only, or ""."""
        for name, one in self.columns.items():
            constant = one.values is not None and len(one.values) == 1
            if constant and LABEL_NAMES.fullmatch(name.lower()):
                return name
        return ""

    def text_candidates(self, label: str) -> list[str]:
        """Names the columns that may hold text.

        Args:
            label: the label column, which is none of them.

        Returns:
            Names in the order of the file; the only other column if there is one.
        """
        others = [name for name in self.columns if name != label]
        found = [name for name in others if self.columns[name].may_be_text]
        return found or (others if len(others) == 1 else [])
