"""Limits the size that a Parquet file may unpack to.

A file of a few kilobytes can unpack to more than the memory of any machine.
"""

# A file may unpack to the larger of these two. Text is never packed more densely.
MAX_UNPACKED = 256 * 2**20
MAX_RATIO = 1000
# A row costs this much even if its cells are empty.
_ROW_BYTES = 100


class Unreadable(Exception):
    """The reason why a file cannot be read, without the name of the file."""


class Limit:
    """Counts the size that a file unpacks to."""

    def __init__(self, size: int) -> None:
        """Computes the limit of a file.

        Args:
            size: the size of the file in bytes.
        """
        self._most = max(MAX_UNPACKED, MAX_RATIO * size)
        self._cells = 0

    def take(self, rows: int, cells: int) -> None:
        """Counts rows that were read, or rows that the footer announces.

        Args:
            rows: how many rows there are so far, in total.
            cells: how many characters the new cells have.

        Raises:
            Unreadable: the sum is above the limit.
        """
        self._cells += cells
        if self._cells + rows * _ROW_BYTES > self._most:
            raise Unreadable(
                f"unpacks to more than {self._most >> 20:,} MiB by row {rows:,}, over "
                f"{MAX_RATIO:,} times the size of the file, but texts never do this; "
                "write the file again from its source"
            )


def check_rows(read: int, footer: int) -> None:
    """Refuses a file that has lost rows.

    Args:
        read: how many rows were read.
        footer: how many rows the footer announces.

    Raises:
        Unreadable: the numbers differ.
    """
    # If a page is damaged, pyarrow may end a row group early without an error.
    if read != footer:
        raise Unreadable(
            f"contains {read:,} rows, but its footer says {footer:,}; the file is "
            "damaged, write it again from its source"
        )
