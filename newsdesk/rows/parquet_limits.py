"""What a Parquet file may unpack to: a few bytes can hold more than any memory."""

# What a file may unpack to. No legitimate file of text is packed more densely.
MAX_UNPACKED = 256 * 2**20
MAX_RATIO = 1000
# A row costs this much even if its cells are empty.
_ROW_BYTES = 100


class Unreadable(Exception):
    """Says why a file cannot be read, without the name of the file."""


class Limit:
    """Counts what a file unpacks to."""

    def __init__(self, size: int) -> None:
        """Decides how much the file may unpack to.

        Args:
            size: the size of the file in bytes.
        """
        self._most = max(MAX_UNPACKED, MAX_RATIO * size)
        self._cells = 0

    def take(self, rows: int, cells: int) -> None:
        """Counts what was read, or what the footer says will be.

        Args:
            rows: how many rows there are so far.
            cells: how many characters more their cells have.

        Raises:
            Unreadable: it is too much.
        """
        self._cells += cells
        if self._cells + rows * _ROW_BYTES > self._most:
            raise Unreadable(
                f"unpacks to more than {self._most >> 20:,} MiB by row {rows:,}, over "
                f"{MAX_RATIO:,} times the size of the file, which texts never do; "
                "write it again from its source"
            )


def check_rows(read: int, said: int) -> None:
    """Refuses a file of which rows are lost.

    Args:
        read: how many rows were read.
        said: how many the footer says there are.

    Raises:
        Unreadable: the two differ.
    """
    # Where a page is damaged, pyarrow may end a row group early and say nothing.
    if read != said:
        raise Unreadable(
            f"holds {read:,} rows where its footer says {said:,}; the file is damaged, "
            "write it again from its source"
        )
