"""Shell commands that messages suggest for converting a file."""

import os
import shlex
from functools import lru_cache

from newsdesk.rows.streams import is_gzip, is_zstd


def piped(file: str, command: str, ending: str) -> str:
    """Makes a command that converts a file.

    Args:
        file: the file, plain, gzip or Zstandard.
        command: a command that reads the file from standard input.
        ending: the ending of the new file's name.

    Returns:
        A line for the shell, which never writes to the file that it reads.
    """
    new = f"NEW.{ending}"
    if os.path.basename(file) == new:
        new = f"NEW-2.{ending}"
    return f"{_reading(file)} | {command} > {new}"


def ending(file: str) -> str:
    """Returns the ending of a file, for a converted file of the same format.

    Args:
        file: a path.

    Returns:
        The ending, such as csv, without `.gz` or `.zst`.
    """
    return file.removesuffix(".gz").removesuffix(".zst").rpartition(".")[2]


def encoded(file: str, encoding: str) -> str:
    """Makes a command that converts a file to UTF-8.

    Args:
        file: the file, plain, gzip or Zstandard.
        encoding: the encoding of the file, by its name in iconv.

    Returns:
        A line for the shell.
    """
    return piped(file, f"iconv -f {encoding} -t UTF-8", ending(file))


def with_commas(delimiter: str) -> str:
    """Makes a command that rewrites delimited rows as CSV.

    Args:
        delimiter: the delimiter of the rows that it reads.

    Returns:
        A command that reads from standard input.
    """
    # Keeps bytes that are not UTF-8 and line ends in cells, and removes a BOM.
    program = (
        "import csv; csv.field_size_limit(2**30); "
        "csv.writer(open(1, 'w', newline='', errors='surrogateescape', "
        "encoding='utf-8')).writerows(csv.reader(open(0, newline='', "
        f"errors='surrogateescape', encoding='utf-8-sig'), delimiter={delimiter!r}))"
    )
    return f'python3 -c "{program}"'


# Many rows of one file may need the same message, and is_gzip opens the file.
@lru_cache(maxsize=64)
def _reading(file: str) -> str:
    program = "zcat" if is_gzip(file) else "zstdcat" if is_zstd(file) else "cat"
    return f"{program} {shlex.quote(file)}"
