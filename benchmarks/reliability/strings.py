"""Strings that no one would write, and some that somebody will send."""

import random
from collections.abc import Callable

_WORDS = (
    "oil falls team wins Vienna shares rise match minister's e-mail 3.5% AT&T".split()
)
_RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd\u0645\u0631\u062d\u0628\u0627"
_DIRECTIONS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u202c\u200e\u200f"
_UNFOLDING = "ßẞİıﬁﬀŉǅ½№…ﷺΐ㍿ﬗ"
_JOINED = ["👩‍👩‍👧", "👍🏽", "🇦🇹", "❤️‍🔥", "\u200b", "\u200d", "\ufeff", "\u00ad"]
_SPECIAL = ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "##ing", "<s>", "</s>"]
# Overlong, cut, beyond Unicode, surrogates, lone continuations.
_NOT_UTF8 = [
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x9f\x98",
    b"\xf4\x90\x80\x80",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\x80",
    b"\xff\xfe",
    b"\xfe\xff\x00o\x00i\x00l",
]
_MEGABYTE = 1 << 20


def megabyte() -> bytes:
    """One text of 1 MB, of words."""
    return (b"oil falls " * (_MEGABYTE // 10 + 1))[:_MEGABYTE]


class Strings:
    """A stream of strings, the same for the same seed.

    Args:
        seed: of the chance.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.kinds: dict[str, Callable[[], bytes]] = {
            "words": self._words,
            "empty": lambda: b"",
            "white space": self._spaces,
            "NUL": lambda: self._mixed(["\0", *_WORDS]),
            "control": lambda: self._points(0, 0x20),
            "not UTF-8": self._not_utf8,
            "bytes": lambda: self._chance.randbytes(self._length()),
            "cut": lambda: self._points(0x80, 0x10000)[:-1],
            "combining": self._combining,
            "right to left": lambda: self._mixed([*_RIGHT_TO_LEFT, *_DIRECTIONS, " "]),
            "unassigned": lambda: self._points(0x40000, 0xE0000),
            "private": lambda: self._points(0xF0000, 0x110000),
            "not a character": lambda: self._mixed(["\ufffe", "\uffff", "\U0001fffe"]),
            "any": lambda: self._points(1, 0x110000),
            "one script": self._script,
            "unfolding": lambda: self._mixed([*_UNFOLDING]),
            "joined": lambda: self._mixed(_JOINED),
            "special": lambda: self._mixed([*_SPECIAL, " "]),
            "punctuation": lambda: self._points(0x21, 0x30),
            "long word": lambda: self._chance.choice("aé漢").encode() * self._many(),
        }

    def one(self) -> bytes:
        """Gives the next string."""
        return self._chance.choice(list(self.kinds.values()))()

    def batch(self) -> list[bytes]:
        """Gives 0 to 512 of them; small batches are as frequent as large ones."""
        largest = self._chance.choice([0, 1, 2, 8, 64, 512])
        return [self.one() for _ in range(self._chance.randint(0, largest))]

    def _length(self) -> int:
        return self._chance.choice([1, 2, 3, 10, 40, 200])

    def _many(self) -> int:
        return self._chance.choice([99, 100, 101, 1000, 1000, 20_000])

    def _mixed(self, parts: list[str]) -> bytes:
        return "".join(self._chance.choices(parts, k=self._length())).encode()

    def _words(self) -> bytes:
        return " ".join(self._chance.choices(_WORDS, k=self._length())).encode()

    def _spaces(self) -> bytes:
        return self._mixed([*" \t\n\r\x0b\x0c\x85\xa0\u1680\u2003\u2028\u2029\u3000"])

    def _points(self, first: int, last: int) -> bytes:
        """Code points of a range; the surrogates among them are not UTF-8."""
        points = (self._chance.randrange(first, last) for _ in range(self._length()))
        return "".join(map(chr, points)).encode("utf-8", "surrogatepass")

    def _script(self) -> bytes:
        first = self._chance.randrange(0x80, 0x30000)
        return self._points(first, first + 0x80)

    def _combining(self) -> bytes:
        marks = [chr(point) for point in range(0x300, 0x370)]
        return self._mixed(["e", "n", *marks])

    def _not_utf8(self) -> bytes:
        parts = [*_NOT_UTF8, b"oil", b" "]
        return b"".join(self._chance.choices(parts, k=self._length()))
