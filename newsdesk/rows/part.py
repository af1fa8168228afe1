"""The part of a file that one worker reads."""

from typing import NamedTuple


class Part(NamedTuple):
    """A part of a file that begins and ends between rows.

    Attributes:
        begin: the first byte; in Parquet, the first row group.
        end: the byte, or the row group, behind the part.
        first: the number of the first line; in Parquet, of the first row.
    """

    begin: int
    end: int
    first: int
