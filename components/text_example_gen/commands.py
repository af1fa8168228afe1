"""Commands that a message gives for converting a file."""

import shlex
from functools import lru_cache

from components.text_example_gen.streams import is_gzip


def piped(file: str, command: str, ending: str) -> str:
    """Makes a command that converts a file.

    Args:
        file: the file, plain or gzip.
        command: what reads it from standard input.
        ending: of the new file's name.

    Returns:
        A line for the shell.
    """
    return f"{_reading(file)} | {command} > NEW.{ending}"


# A message may be made for each of many rows of one file.
@lru_cache(maxsize=64)
def _reading(file: str) -> str:
    return f"{'zcat' if is_gzip(file) else 'cat'} {shlex.quote(file)}"
