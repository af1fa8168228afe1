"""Reads and labels the rows of one file, or of a part of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from components.text_example_gen.remote import copied
from components.text_example_gen.splits import Division
from newsdesk.config.data import Data
from newsdesk.errors import DataError
from newsdesk.rows import readers
from newsdesk.rows.labelling import Labelling, check_columns
from newsdesk.rows.part import Part
from newsdesk.rows.row import BadRow, Row


@dataclass(frozen=True)
class Source:
    """One file, and how its rows are divided.

    Attributes:
        file: a local path, `tfds:name/split`, or an address in an object store.
        division: how the rows are divided.
        by_value: how they are divided if a column says their split, by split.
        part: the rows to read; None for all.
        digest: of the content of an object; None for other files.
    """

    file: str
    division: Division
    by_value: Mapping[str, Division] | None = None
    part: Part | None = None
    digest: str | None = None


class RowReader:
    """Reads and labels the rows of a source, on a worker."""

    def __init__(self, data: Data) -> None:
        """Keeps the settings that workers need.

        Args:
            data: the data section.
        """
        self.layout = readers.Layout.of(data)
        self.labelling = Labelling.of(data)

    def rows(
        self, source: Source, count: readers.LineCount | None = None
    ) -> Iterator[Row | BadRow]:
        """Reads the rows of a source, without their labels.

        Args:
            source: the file, or a part of it.
            count: gets the number of lines of each kind.

        Yields:
            Good rows, and bad rows with the reason. Rows and errors name the file of
            the source, also if it was copied from an object store.

        Raises:
            DataError: the file cannot be read, or lacks a column.
        """
        with copied(source.file, source.digest) as file:
            if file == source.file:
                yield from self._rows_of(file, source.part, count)
                return
            try:
                for row in self._rows_of(file, source.part, count):
                    yield replace(row, file=source.file)
            except DataError as error:
                raise DataError(str(error).replace(file, source.file)) from None

    def _rows_of(
        self, file: str, part: Part | None, count: readers.LineCount | None
    ) -> Iterator[Row | BadRow]:
        needed = self.labelling.columns
        check_columns(file, readers.columns_of(file, self.layout), needed)
        return readers.read_rows(file, self.layout, needed, self.is_row, count, part)

    def is_row(self, values: dict[str, str]) -> bool:
        """Returns whether cells by column are a good row."""
        return not isinstance(self.labelling.apply(Row("", 0, values)), BadRow)
