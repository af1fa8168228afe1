"""Files of rows: as programs write them, damaged, and with lone quotes."""

import csv
import gzip
import io
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.reliability.row_damage import damaged
from benchmarks.reliability.row_rules import Cells, looks_like_rows

Kind = Literal["well-formed", "damaged", "lone quotes"]
LABELS = (
    ("World", "Sports", "Business", "Sci/Tech"),
    ("Öl, Gas", 'the "rest"', "спорт", "label"),
    ("0", "1", "2"),
    ("ham", "spam"),
)
_WORDS = (
    "oil falls team wins shares it's 3.5% AT&T Öl спорт שלום 株価 👩‍🚀 =1+1".split()
)
# str.splitlines cuts at all of these, and readers of files must not.
_SEPARATORS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e")
_OTHERS = ("id", "note, long", 'the "raw" text', " url ")


@dataclass
class RowFile:
    """One file, and what a reader has to know about it.

    Attributes:
        kind: how it was made.
        name: of the file; its ending is that of the format.
        content: of the file.
        settings: of the data section.
        rows: what was written; meaningless for a damaged file.
        reworded: how many texts lost their line breaks, because the lines of their
            record would all have been rows, which no reader can tell from lone quotes.
    """

    kind: Kind
    name: str
    content: bytes
    settings: dict[str, Any]
    rows: list[Cells] = field(default_factory=list)
    reworded: int = 0

    @property
    def format(self) -> str:
        """The format, as its name says it."""
        return self.name.removesuffix(".gz").rpartition(".")[2]


class RowFiles:
    """A stream of files, the same for the same seed.

    Args:
        seed: of the chance.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def one(self) -> RowFile:
        """Makes the next file."""
        kind = self._chance.choices(
            ("well-formed", "damaged", "lone quotes"), (5, 4, 1)
        )
        if kind == ["lone quotes"]:
            return self._lone_quotes()
        formats = (self._csv, self._tsv, self._jsonl, self._parquet)
        (make,) = self._chance.choices(formats, (5, 3, 3, 1))
        made = make()
        if kind == ["damaged"]:
            made.kind = "damaged"
            made.content = damaged(made.content, made.format, self._chance)
        if made.format != "parquet" and self._chance.random() < 0.2:
            made.content = gzip.compress(made.content, 1, mtime=0)
        return made

    def _csv(self) -> RowFile:
        if self._chance.random() < 0.15:
            return self._delimited("csv", ",", "none")
        return self._delimited("csv", ",", self._chance.choice(("auto", "standard")))

    def _tsv(self) -> RowFile:
        quoting = self._chance.choice(("auto", "auto", "none", "standard"))
        return self._delimited("tsv", "\t", quoting)

    def _delimited(self, name: str, delimiter: str, quoting: str) -> RowFile:
        quotes = quoting == "standard" or (quoting == "auto" and name == "csv")
        breaks = ["\n", "\r\n", "\n\n", "\r", delimiter] if quotes else []
        settings, columns = self._settings()
        made = RowFile(
            "well-formed", f"rows.{name}", b"", settings | {"quoting": quoting}
        )
        if not quotes:
            names = {one: one.replace(delimiter, ";") for one in columns}
            columns = list(names.values())
            settings["text_columns"] = [names[one] for one in settings["text_columns"]]
            made.settings["labels"] = [
                one.replace(delimiter, ";") for one in settings["labels"]
            ]
        made.rows = self._rows(made.settings, columns, breaks, delimiter, quotes)
        writer = _Writer(delimiter, quotes, self._chance)
        records = []
        for row in made.rows:
            record = writer.record([row[one.strip()] for one in columns])
            if quotes and looks_like_rows(record, delimiter, columns, made.settings):
                made.reworded += 1
                for one in row:
                    row[one] = " ".join(row[one].split())
                record = writer.record([row[one.strip()] for one in columns])
            records.append(record)
        if self._chance.random() < 0.8:
            records.insert(0, writer.record(columns))
        else:
            made.settings["columns"] = [one.strip() for one in columns]
        made.content = self._joined(records, writer.line_end)
        return made

    def _joined(self, records: list[str], line_end: str) -> bytes:
        blank = self._chance.random() < 0.1
        parts = []
        for record in records:
            parts.append(record)
            if blank and self._chance.random() < 0.3:
                parts.append(line_end)
        text = "".join(parts)
        if self._chance.random() < 0.2:
            text = text.removesuffix(line_end)
        # Without any line the file is empty, which is not what is tried here.
        text = text or line_end
        return (
            "\ufeff" if self._chance.random() < 0.1 else ""
        ).encode() + text.encode()

    def _jsonl(self) -> RowFile:
        settings, columns = self._settings()
        breaks = ["\n", "\r\n", "\r", "\t", ",", "\\", "\\n", "/"]
        rows = self._rows(settings, columns, breaks, ",")
        ascii_only = self._chance.random() < 0.5
        lines = []
        for row in rows:
            values: dict[str, Any] = dict(row)
            if values["label"].isdecimal() and self._chance.random() < 0.5:
                values["label"] = int(values["label"])
            values |= self._chance.choice(({}, {"n": None, "l": [1, "a"]}, {"o": {}}))
            lines.append(json.dumps(values, ensure_ascii=ascii_only) + "\n")
        made = RowFile("well-formed", "rows.jsonl", b"", settings, rows)
        made.content = self._joined(lines, "\n")
        return made

    def _parquet(self) -> RowFile:
        import pyarrow
        from pyarrow import parquet

        settings, columns = self._settings()
        rows = self._rows(settings, columns, ["\n", "\r\n", ",", "\t"], ",")
        names = [one.strip() for one in columns]
        table = pyarrow.table(
            {one: pyarrow.array([row[one] for row in rows], "string") for one in names}
        )
        stream = io.BytesIO()
        parquet.write_table(table, stream)
        return RowFile("well-formed", "rows.parquet", stream.getvalue(), settings, rows)

    def _settings(self) -> tuple[dict[str, Any], list[str]]:
        """Makes a data section, and the columns of the file in their order."""
        text_columns = self._chance.choice((["text"], ["text"], ["title", "text"]))
        others = self._chance.sample(_OTHERS, self._chance.choice((0, 0, 1, 2)))
        columns = ["label", *text_columns, *others]
        self._chance.shuffle(columns)
        labels = list(self._chance.choice(LABELS))
        return {
            "text_columns": text_columns,
            "label_column": "label",
            "labels": labels,
        }, columns

    def _rows(
        self,
        settings: dict[str, Any],
        columns: Sequence[str],
        breaks: Sequence[str],
        delimiter: str,
        quotes: bool = True,
    ) -> list[Cells]:
        # A line that looks like the beginning of another row is the hard case.
        starts = [f"\n{one}{delimiter}" for one in settings["labels"] if breaks]
        pieces = [*_WORDS, *_SEPARATORS, '"', '""', ", ", "'", *breaks * 2, *starts * 2]
        if not quotes:
            pieces = [one.replace(delimiter, ";") for one in pieces]
        return [
            {
                one.strip(): self._label(settings["labels"])
                if one == "label"
                else self._text(pieces)
                for one in columns
            }
            for _ in range(self._chance.choice((0, 1, 2, 5, 12, 30)))
        ]

    def _label(self, labels: Sequence[str]) -> str:
        chance = self._chance.random()
        if chance < 0.05:
            return self._chance.choice(("", "other", "no such label"))
        label = self._chance.choice(labels)
        return f" {label} " if chance < 0.1 else label

    def _text(self, pieces: Sequence[str]) -> str:
        chance = self._chance
        words = chance.choices(_WORDS, k=chance.randrange(1, 8))
        if chance.random() < 0.4:
            words += chance.choices(pieces, k=chance.randrange(1, 10))
            chance.shuffle(words)
        if chance.random() < 0.03:
            words = chance.choices(("", " ", "\u200b"), k=2)
        return chance.choice(("", " ")).join(words)

    def _lone_quotes(self) -> RowFile:
        """Rows joined by hand, with quotes where nobody has thought of them."""
        settings, columns = self._settings()
        name, delimiter = self._chance.choice((("csv", ","), ("tsv", "\t")))
        if name == "tsv" or self._chance.random() < 0.5:
            settings["quoting"] = "standard"
        plain = [one for one in LABELS if not set('",') & set("".join(one))]
        settings["labels"] = list(self._chance.choice(plain))
        columns = [one for one in columns if not set('",') & set(one)]
        rows, lines = [], [delimiter.join(columns) + "\n"]
        for _ in range(self._chance.randrange(1, 60)):
            row = {one.strip(): self._quoted_text() for one in columns}
            row["label"] = self._chance.choice(settings["labels"])
            rows.append(row)
            lines.append(delimiter.join(row[one.strip()] for one in columns) + "\n")
        content = "".join(lines).encode()
        return RowFile("lone quotes", f"rows.{name}", content, settings, rows)

    def _quoted_text(self) -> str:
        words = self._chance.choices(_WORDS, k=self._chance.randrange(1, 6))
        text = " ".join(words)
        quote = self._chance.choice(('"', '"', '"', '""', '"""'))
        shapes = (
            quote + text,
            text + quote,
            f'"{text}"',
            f"{text} {quote} {text}",
            quote,
        )
        return self._chance.choice(shapes) if self._chance.random() < 0.3 else text


class _Writer:
    """Writes one record at a time, as Python's csv does or without any quotes."""

    def __init__(self, delimiter: str, quotes: bool, chance: random.Random) -> None:
        styles = (csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        self._style = chance.choice(styles)
        self._delimiter = delimiter
        self._quotes = quotes
        self.line_end = chance.choice(("\n", "\r\n"))

    def record(self, cells: Sequence[str]) -> str:
        if not self._quotes:
            return self._delimiter.join(cells) + self.line_end
        # With line feeds alone, csv.writer leaves a carriage return unquoted.
        style = csv.QUOTE_ALL if any("\r" in cell for cell in cells) else self._style
        stream = io.StringIO()
        csv.writer(
            stream,
            delimiter=self._delimiter,
            lineterminator=self.line_end,
            quoting=style,  # type: ignore[arg-type]
        ).writerow(cells)
        return stream.getvalue()
