"""Recognizes by its first bytes a file that is not what its name says."""

import re

_CONVERTED = "write its rows as CSV, JSON Lines or Parquet"
_KINDS = {
    rb"PK\x03\x04": "is a ZIP archive or an Excel workbook; unpack it, or "
    f"{_CONVERTED}",
    rb"\xd0\xcf\x11\xe0": f"is an old Excel workbook; {_CONVERTED}",
    rb"BZh\d1AY&SY": "is packed with bzip2; unpack it with bunzip2, or use gzip or "
    "zstd",
    rb"\xfd7zXZ\0": "is packed with xz; unpack it with unxz, or use gzip or zstd",
    rb"\x28\xb5\x2f\xfd": "is zstd inside zstd or gzip; unpack it once with zstdcat or "
    "zcat",
    rb"\x1f\x8b": "is gzip inside gzip or zstd; unpack it once with zcat or zstdcat",
    rb"PAR1[\x00-\x08\x0e-\x1f]": 'is Parquet; set data.format = "parquet" '
    "(init: --format parquet), or rename the file",
    rb"(ARROW1|FEA1)\x00": f"is an Arrow or Feather file; {_CONVERTED}",
    rb"Obj\x01": f"is an Avro file; {_CONVERTED}",
    rb"SQLite format 3\0": f"is an SQLite database; {_CONVERTED}",
    rb"%PDF-": f"is a PDF; {_CONVERTED}",
    rb"version https://git-lfs": "is a pointer of Git LFS, not the file itself; get it "
    "with `git lfs pull`",
    rb"\s*(?i:<!doctype html|<html)\b": "is a web page, perhaps the error page of a "
    "download; download the file again",
}
_PATTERNS = {re.compile(start): what for start, what in _KINDS.items()}


def explain_content(beginning: bytes) -> str:
    """Explains what a file is if it is neither text nor a table.

    Args:
        beginning: its first bytes; of a packed file, the unpacked bytes.

    Returns:
        What it is and what to do; "" if the bytes match no known kind.
    """
    for start, what in _PATTERNS.items():
        if start.match(beginning):
            return what
    return ""
