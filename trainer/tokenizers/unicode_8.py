"""Character classes of Unicode 8, in RE2's syntax.

The Rust library's BERT code knows that Unicode; TensorFlow's operations, which know a
newer one, would drop more accents and cut at more punctuation.
"""

import functools
import unicodedata

from trainer.tokenizers.unicode import ranges

# Control characters but tab and line ends, formatting ones such as the zero-width
# space, those of private use, and what stands for bytes that are not UTF-8.
REMOVED = (
    r"\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{ad}\x{600}-\x{605}\x{61c}\x{6dd}\x{70f}"
    r"\x{180e}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{2066}-\x{206f}"
    r"\p{Co}\x{feff}\x{fff9}-\x{fffb}\x{fffd}\x{110bd}\x{1bca0}-\x{1bca3}"
    r"\x{1d173}-\x{1d17a}\x{e0001}\x{e0020}-\x{e007f}"
)
# Punctuation of Unicode 9 to 16, and ideographs that the library forgets: letters to
# it. A word with one of them becomes unknown.
NOT_CUT = (
    r"\x{61d}\x{9fd}\x{a76}\x{c77}\x{c84}\x{1b4e}\x{1b4f}\x{1b7d}-\x{1b7f}"
    r"\x{2e43}-\x{2e4f}\x{2e52}-\x{2e5d}\x{10d6e}\x{10ead}\x{10ed0}\x{10f55}-\x{10f59}"
    r"\x{10f86}-\x{10f89}\x{113d4}\x{113d5}\x{113d7}\x{113d8}\x{1144b}-\x{1144f}"
    r"\x{1145a}\x{1145b}\x{1145d}\x{11660}-\x{1166c}\x{116b9}\x{1183b}"
    r"\x{11944}-\x{11946}\x{119e2}\x{11a3f}-\x{11a46}\x{11a9a}-\x{11a9c}"
    r"\x{11a9e}-\x{11aa2}\x{11b00}-\x{11b09}\x{11be1}\x{11c41}-\x{11c45}\x{11c70}"
    r"\x{11c71}\x{11ef7}\x{11ef8}\x{11f43}-\x{11f4f}\x{11fff}\x{12ff1}\x{12ff2}"
    r"\x{16d6d}-\x{16d6f}\x{16e97}-\x{16e9a}\x{16fe2}\x{1e5ff}\x{1e95e}\x{1e95f}"
    r"\x{2b820}-\x{2b91f}"
    # Formatting characters of Unicode 9 to 16, which are kept.
    r"\x{890}\x{891}\x{8e2}\x{110cd}\x{13430}-\x{1343f}"
)
# Punctuation then, and something else since.
CUT = r"\x{166d}\x{111c9}"
# What lies between is no accent of Unicode 8.
_NEWER = [
    *((0x7FD, 0x7FD), (0x898, 0x8E1), (0x9FE, 0x9FE), (0xAFA, 0xAFF), (0xB55, 0xB55)),
    *((0xC04, 0xC3C), (0xD00, 0xD00), (0xD3B, 0xD3C), (0xD81, 0xD81), (0xEBA, 0xEBA)),
    *((0xECE, 0xECE), (0x180F, 0x1886), (0x1ABF, 0x1ACE), (0x1DF6, 0x1DFB)),
    *((0xA82C, 0xA82C), (0xA8C5, 0xA8C5), (0xA8FF, 0xA8FF), (0xA9BD, 0xA9BD)),
    *((0x10D24, 0x10D27), (0x10EAB, 0x10F85), (0x11070, 0x11074), (0x110C2, 0x110C2)),
    *((0x111C9, 0x111C9), (0x111CF, 0x111CF), (0x1123E, 0x11241), (0x1133B, 0x1133B)),
    *((0x11438, 0x1145E), (0x1182F, 0x1183E), (0x1193B, 0x11A99), (0x11C30, 0x11D97)),
    *((0x11EF3, 0x11F42), (0x13440, 0x13455), (0x16F4F, 0x16F4F), (0x16FE4, 0x16FE4)),
    *((0x1CF00, 0x1CF46), (0x1E000, 0x1E136), (0x1E2AE, 0x1E2EF), (0x1E4EC, 0x1E4EF)),
    (0x1E944, 0x1E94A),
]
# An accent then, a spacing mark since.
_ACCENT_THEN = 0x1734
_LETTERS = [*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)]


@functools.cache
def accents() -> str:
    """Lists the accents that are dropped.

    Returns:
        The inside of a character class.
    """
    newer = {point for first, last in _NEWER for point in range(first, last + 1)}
    return ranges(
        point
        for point in _LETTERS
        if point == _ACCENT_THEN
        or (unicodedata.category(chr(point)) == "Mn" and point not in newer)
    )
