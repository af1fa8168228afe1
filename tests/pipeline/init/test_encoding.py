"""`init` guesses an encoding only if the bytes leave little doubt."""

import gzip
from pathlib import Path

import pytest

from pipeline.init.encoding import guess

GERMAN = "label,text\n" + "a,Größe und Übung\nb,plain words\n" * 5


@pytest.mark.parametrize(
    ("content", "encoding", "example"),
    [
        (GERMAN.encode(), "auto", ""),
        (b"label,text\na,b\n", "auto", ""),
        (GERMAN.encode("utf-8-sig"), "auto", ""),
        (GERMAN.encode("windows-1252"), "windows-1252", "Größe"),
        (gzip.compress(GERMAN.encode("windows-1252")), "windows-1252", "Größe"),
        (GERMAN.encode("utf-16"), "utf-16", ""),
        (GERMAN.encode("utf-16-le"), "utf-16", "Größe"),
        (GERMAN.encode("utf-16-be"), "utf-16", "Größe"),
        # One damaged row in UTF-8 is only a damaged row.
        (GERMAN.encode() + b"a,caf\xe9\n", "auto", ""),
        (b"label,text\na,x\0y\n", "auto", ""),
        # Windows-1252 would turn these into nonsense without an error.
        ("метка,текст\nа,нефть дорожает\n".encode("windows-1251"), "auto", ""),
        ("метка,текст\nа,нефть дорожает\n".encode("koi8-r"), "auto", ""),
        ("标签,文本\n一,油价 上涨\n".encode("gbk"), "auto", ""),
        ("ラベル,テキスト\nあ,石油 価格\n".encode("shift-jis"), "auto", ""),
        # This byte is not a character of Windows-1252.
        (b"label,text\na,many plain letters \x81\n", "auto", ""),
    ],
)
def test_guess(tmp_path: Path, content: bytes, encoding: str, example: str) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    found = guess(str(file))
    assert (found.encoding, found.example) == (encoding, example)
