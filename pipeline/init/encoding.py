"""Guesses the encoding of a text file, which `run` does not.

`init` shows what it guessed with an example, so that a person can check it.
"""

import codecs
import re
from dataclasses import dataclass

from newsdesk.rows.encodings import (
    UTF_16,
    WINDOWS_1252,
    beginning_of,
    opened_text,
    wide_codec,
)
from newsdesk.rows.streams import opened

# In bytes; a file that is ASCII so far is very probably UTF-8.
_READ = 64 * 2**20
_MAX_LINE = 2**20
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# In languages that Windows-1252 can write, most letters are ASCII. In Cyrillic, Greek,
# Chinese and Japanese encodings, most are not.
_MOST_LETTERS_BEYOND_ASCII = 0.3
_WORD = re.compile(r"\w*[^\W\d_a-zA-Z]\w*")
_LETTER = re.compile(rb"[A-Za-z]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Guess:
    """The encoding of a file.

    Attributes:
        encoding: a value of `data.encoding`; auto for UTF-8, and if no other one fits.
        example: a word that shows whether the guess is right; "" without such a word,
            and if a byte order mark leaves no doubt.
    """

    encoding: str = "auto"
    example: str = ""


def guess(file: str) -> Guess:
    """Guesses the encoding of a file.

    Args:
        file: a local path, plain, gzip or Zstandard.

    Returns:
        The guess.

    Raises:
        DataError: the file cannot be read.
    """
    beginning = beginning_of(file)
    # The mark of UTF-32 begins with that of UTF-16; the reader refuses it.
    if beginning.startswith(_UTF_16_MARKS) and b"\0\0" not in beginning[:4]:
        return Guess(UTF_16)
    if _is_unmarked_utf_16(beginning):
        return Guess(UTF_16, _example_of(file, UTF_16))
    return _windows_1252(file)


def _is_unmarked_utf_16(beginning: bytes) -> bool:
    codec = wide_codec(beginning)
    if not codec:
        return False
    try:
        # The limit may have cut the last character.
        text = codecs.getincrementaldecoder(codec)().decode(beginning)
    except UnicodeDecodeError:
        return False
    return "\n" in text and "\0" not in text


def _windows_1252(file: str) -> Guess:
    good, bad = 0, []
    with opened(file) as stream:
        size = 0
        while size < _READ and (line := stream.readline(_MAX_LINE)):
            size += len(line)
            # A cut line may end inside a character.
            if line.isascii() or len(line) == _MAX_LINE:
                continue
            try:
                line.decode()
                good += 1
            except UnicodeDecodeError:
                bad.append(line)
    content = b"".join(bad)
    beyond = len(_BEYOND_ASCII.findall(content))
    letters = len(_LETTER.findall(content)) + beyond
    if len(bad) <= good or beyond > _MOST_LETTERS_BEYOND_ASCII * letters:
        return Guess()
    try:
        text = content.decode(WINDOWS_1252)
    except UnicodeDecodeError:
        return Guess()
    return Guess(WINDOWS_1252, _example(text))


def _example_of(file: str, encoding: str) -> str:
    with opened_text(file, encoding) as (stream, _):
        return _example(stream.read(2**16).decode("utf-8", "ignore"))


def _example(text: str) -> str:
    found = _WORD.search(text)
    return found[0][:20] if found else ""
