"""Shell commands that messages suggest for converting a file."""

import os
import shlex
from functools import lru_cache

from newsdesk.rows.streams import is_gzip


def piped(file: str, command: str, ending: str) -> str:
    """Makes a command that converts a file.

    Args:
        file: the file, plain or gzip.
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
        The ending, such as csv, without `.gz`.
    """
    return file.removesuffix(".gz").rpartition(".")[2]


def encoded(file: str, encoding: str) -> str:
    """Makes a command that converts a file to UTF-8.

    Args:
        file: the file, plain or gzip.
        encoding: the encoding of the file, by its name in iconv.

    Returns:
        A line for the shell.
    """
    return piped(file, f"iconv -f {encoding} -t UTF-8", ending(file))


# Many rows of one file may need the same message, and is_gzip opens the file.
@lru_cache(maxsize=64)
def _reading(file: str) -> str:
    return f"{'zcat' if is_gzip(file) else 'cat'} {shlex.quote(file)}"
