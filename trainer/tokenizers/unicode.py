"""Character classes of Unicode 16, in RE2's syntax.

Both lanes' RE2 knows an older Unicode than the Rust library, so that newer characters
are listed here.
"""

import functools
import unicodedata
from collections.abc import Iterable

# Takes the place of NUL, at which tensorflow-text's regex_split ends a text. Unicode
# keeps this character out of texts; one that has it gets the ids of NUL.
NUL = "\U0010ffff"
# Any white space; RE2's \s is ASCII alone.
WHITE_SPACE = (
    r"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}"
    r"\x{3000}"
)
LETTERS = (
    r"\p{L}\x{1c89}-\x{1c8a}\x{a7cb}-\x{a7cd}\x{a7da}-\x{a7dc}\x{105c0}-\x{105f3}"
    r"\x{10d4a}-\x{10d65}\x{10d6f}-\x{10d85}\x{10ec2}-\x{10ec4}\x{11380}-\x{11389}"
    r"\x{1138b}\x{1138e}\x{11390}-\x{113b5}\x{113b7}\x{113d1}\x{113d3}"
    r"\x{11bc0}-\x{11be0}\x{13460}-\x{143fa}\x{16100}-\x{1611d}\x{16d40}-\x{16d6c}"
    r"\x{18cff}\x{1e5d0}-\x{1e5ed}\x{1e5f0}\x{2ebf0}-\x{2ee5d}"
)
NUMBERS = (
    r"\p{N}\x{10d40}-\x{10d49}\x{116d0}-\x{116e3}\x{11bf0}-\x{11bf9}"
    r"\x{16130}-\x{16139}\x{16d70}-\x{16d79}\x{1ccf0}-\x{1ccf9}\x{1e5f1}-\x{1e5fa}"
)
# Marks of Unicode 9 to 16, which the library's normal forms leave where they are.
UNORDERED = (
    r"\x{7fd}\x{897}-\x{89f}\x{8ca}-\x{8d3}\x{9fe}\x{c3c}\x{d3b}-\x{d3c}\x{eba}\x{1715}"
    r"\x{1abf}-\x{1ace}\x{1df6}-\x{1dfa}\x{a82c}\x{10d24}-\x{10d27}\x{10d69}-\x{10d6d}"
    r"\x{10eab}-\x{10eac}\x{10efa}-\x{10eff}\x{10f46}-\x{10f50}\x{10f82}-\x{10f85}"
    r"\x{11070}\x{1133b}\x{113ce}-\x{113d0}\x{113e1}-\x{113e2}\x{1145e}"
    r"\x{11839}-\x{1183a}\x{1193d}-\x{1193e}\x{11943}\x{119e0}\x{11a34}\x{11a47}"
    r"\x{11a99}\x{11d42}\x{11d44}-\x{11d45}\x{11d97}\x{11f41}-\x{11f42}\x{1612f}"
    r"\x{16ff0}-\x{16ff1}\x{1e08f}\x{1e130}-\x{1e136}\x{1e2ae}\x{1e2ec}-\x{1e2ef}"
    r"\x{1e4ec}-\x{1e4ef}\x{1e5ee}-\x{1e5ef}"
)
# They join the grapheme that follows.
PREPENDED = (
    r"\x{600}-\x{605}\x{6dd}\x{70f}\x{890}\x{891}\x{8e2}\x{d4e}\x{110bd}\x{110cd}"
    r"\x{111c2}\x{111c3}\x{113d1}\x{1193f}\x{11941}\x{11a84}-\x{11a89}\x{11d46}\x{11f02}"
)
# They end a grapheme, and no mark joins them.
CONTROLS = (
    r"\x{0}-\x{1f}\x{7f}-\x{9f}\x{ad}\x{61c}\x{180e}\x{200b}\x{200e}\x{200f}"
    r"\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fff0}-\x{fffb}"
    rf"{NUL}"
)
# Zero-width joiners, marks of Thai and Katakana, skin tones, tags, and what is newer.
_EXTENDING = (
    r"\x{200c}\x{200d}\x{e33}\x{eb3}\x{ff9e}\x{ff9f}\x{1f3fb}-\x{1f3ff}"
    r"\x{e0020}-\x{e007f}\x{897}\x{1acf}-\x{1add}\x{1ae0}-\x{1aeb}"
    r"\x{10d69}-\x{10d6d}\x{10efa}-\x{10efc}\x{113b8}-\x{113c0}\x{113c2}\x{113c5}"
    r"\x{113c7}-\x{113ca}\x{113cc}-\x{113d0}\x{113d2}\x{113e1}\x{113e2}"
    r"\x{11b60}-\x{11b67}\x{11f5a}\x{1611e}-\x{1612f}\x{1e5ee}\x{1e5ef}\x{1e6e3}"
    r"\x{1e6e6}\x{1e6ee}\x{1e6ef}\x{1e6f5}"
)
# Spacing marks that stand by themselves.
_APART = [
    *(range(0x102B, 0x102D), range(0x1038, 0x1039), range(0x1062, 0x1065)),
    *(range(0x1067, 0x106E), range(0x1083, 0x1084), range(0x1087, 0x108D)),
    *(range(0x108F, 0x1090), range(0x109A, 0x109D), range(0x1A61, 0x1A62)),
    *(range(0x1A63, 0x1A65), range(0xAA7B, 0xAA7C), range(0xAA7D, 0xAA7E)),
    range(0x11720, 0x11722),
]
# All spacing marks lie between.
_SPACING = range(0x900, 0x1D200)


@functools.cache
def extending() -> str:
    """Lists the characters that join the grapheme before them.

    Returns:
        The inside of a character class.
    """
    apart = {point for points in _APART for point in points}
    spacing = (
        point
        for point in _SPACING
        if point not in apart and unicodedata.category(chr(point)) == "Mc"
    )
    return r"\p{Mn}\p{Me}" + ranges(spacing) + _EXTENDING


def ranges(points: Iterable[int]) -> str:
    """Writes code points as ranges.

    Args:
        points: in ascending order.

    Returns:
        The inside of a character class.
    """
    found: list[list[int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return "".join(rf"\x{{{first:x}}}-\x{{{last:x}}}" for first, last in found)
