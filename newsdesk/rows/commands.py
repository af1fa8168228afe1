"""Commands that a message gives for converting a file."""

import os
import shlex
from functools import lru_cache

from newsdesk.rows.streams import is_gzip


def piped(file: str, command: str, ending: str) -> str:
    """Makes a command that converts a file.

    Args:
        file: the file, plain or gzip.
        command: what reads it from standard input.
        ending: of the new file's name.

    Returns:
        A line for the shell, which never writes to the file that it reads.
    """
    new = f"NEW.{ending}"
    if os.path.basename(file) == new:
        new = f"NEW-2.{ending}"
    return f"{_reading(file)} | {command} > {new}"


def ending(file: str) -> str:
    """Finds the ending for a file that is converted and keeps its format.

    Args:
        file: a path.

    Returns:
        The ending without gzip's, such as csv.
    """
    return file.removesuffix(".gz").rpartition(".")[2]


def encoded(file: str, encoding: str) -> str:
    """Makes a command that converts a file to UTF-8.

    Args:
        file: the file, plain or gzip.
        encoding: what it is written in, as iconv calls it.

    Returns:
        A line for the shell.
    """
    return piped(file, f"iconv -f {encoding} -t UTF-8", ending(file))


# A message may be made for each of many rows of one file.
@lru_cache(maxsize=64)
def _reading(file: str) -> str:
    return f"{'zcat' if is_gzip(file) else 'cat'} {shlex.quote(file)}"
