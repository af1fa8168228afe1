"""Data sets as new users bring them, with invented words, made from a fixed seed.

They differ from the sample in their format, or in how their rows spread over labels.
`tests/support/newcomer.py` tries the first commands of a new user on each.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.support.invented import LANGUAGES, Writer

Row = tuple[str, str]
DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")


class DataSet(NamedTuple):
    """A data set of a new user.

    Attributes:
        title: what a table calls it.
        make: writes the files into an empty folder.
        source: what `init` gets, relative to that folder.
        label: a label, for whose words `predict` is asked.
        language: the language of these words.
        later: writes files that arrive after the first run; None if none arrive.
    """

    title: str
    make: Callable[[Path], None]
    source: str
    label: str
    language: str = "en"
    later: Callable[[Path], None] | None = None


def rows_of(
    counts: Mapping[str, int],
    seed: int,
    languages: Sequence[str] = LANGUAGES[:1],
    words: int = 11,
    noise: float = 0.03,
    at_end: bool = False,
) -> list[Row]:
    """Makes rows of label and text in random order.

    Args:
        counts: the number of rows by label.
        seed: the seed of labels and words.
        languages: the languages, which take turns.
        words: the mean number of words of a text.
        noise: the share of rows with the label of another row.
        at_end: whether the words that show the label are the last of the text.

    Returns:
        The rows; no text occurs twice.
    """
    writer = Writer(seed)
    chance = random.Random(seed)
    labels = [label for label, count in counts.items() for _ in range(count)]
    rows = [
        (label, writer.text(label, languages[place % len(languages)], words, at_end))
        for place, label in enumerate(labels)
    ]
    chance.shuffle(rows)
    wrong = chance.sample(range(len(rows)), round(noise * len(rows)))
    others = [rows[place][0] for place in (*wrong[1:], *wrong[:1])]
    for place, label in zip(wrong, others, strict=True):
        rows[place] = (label, rows[place][1])
    return rows


def csv_of(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\n") -> str:
    """Formats rows as CSV, the first of them as any other."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue()


def _twelve_labels(folder: Path) -> None:
    """Tickets of a help desk, with rows that nobody has filled in."""
    import pyarrow
    import pyarrow.parquet

    sizes = (420, 300, 220, 150, 110, 80, 60, 45, 30, 22, 15, 10)
    counts = {f"queue {place + 1}": size for place, size in enumerate(sizes)}
    rows: list[tuple[str | None, str | None]] = [*rows_of(counts, 1, LANGUAGES)]
    for place, empty in enumerate((None, "", "  ", None, "")):
        rows.insert(100 * place + 50, ("queue 1", empty))
    columns = {
        "ticket": list(range(len(rows))),
        "message": [text for _, text in rows],
        "queue": [label for label, _ in rows],
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "tickets.parquet")


def _two_labels(folder: Path) -> None:
    rows = rows_of({"positive": 430, "negative": 370}, 2)
    lines = [json.dumps({"review": text, "sentiment": label}) for label, text in rows]
    (folder / "reviews.jsonl").write_text("\n".join(lines) + "\n")


def _excel(folder: Path) -> None:
    counts = {"Bücher": 210, "Möbel": 190, "Getränke": 160, "Spielzeug": 140}
    rows = rows_of(counts, 3, ("de",))
    table = [("Nr", "Beschreibung", "Warengruppe")]
    for number, (label, text) in enumerate(rows, 1):
        table.append((str(number), f"{text}; 5,00 €", label))
    (folder / "artikel.csv").write_bytes(csv_of(table, ";", "\r\n").encode("cp1252"))


def _ag_news(folder: Path) -> None:
    rows = rows_of(dict.fromkeys("1234", 200), 4, words=14)
    lines = []
    for label, text in rows:
        words = text.split()
        cells = (label, " ".join(words[:5]), " ".join(words[5:]))
        lines.append(",".join(f'"{cell}"' for cell in cells))
    (folder / "news.csv").write_text("\n".join(lines) + "\n")


def _given_splits(folder: Path) -> None:
    rows = rows_of({"bug": 300, "feature": 250, "question": 250}, 5)
    parts = {"train": rows[:600], "validation": rows[600:700], "test": rows[700:]}
    (folder / "issues").mkdir()
    for name, part in parts.items():
        content = csv_of([("label", "text"), *part])
        (folder / "issues" / f"{name}.csv").write_text(content)


def _days(folder: Path, days: Sequence[str]) -> None:
    rows = rows_of({"sport": 600, "wetter": 600, "politik": 600}, 6)
    for day in days:
        place = DAYS.index(day)
        part = folder / "feed" / day
        part.mkdir(parents=True)
        content = csv_of([("label", "text"), *rows[place * 600 : place * 600 + 600]])
        (part / "rows.csv").write_text(content)


def _long_texts(folder: Path) -> None:
    rows = rows_of({"accepted": 250, "refused": 250}, 7, words=400, at_end=True)
    (folder / "letters.csv").write_text(csv_of([("outcome", "letter"), *rows]))


def _many(folder: Path, classes: int, rows: int) -> None:
    counts = {f"intent_{place:03}": rows for place in range(classes)}
    content = csv_of([("intent", "utterance"), *rows_of(counts, classes)])
    (folder / "intents.csv").write_text(content)


def _mostly_ham(folder: Path) -> None:
    rows = rows_of({"ham": 1960, "spam": 40}, 8, noise=0.0)
    (folder / "mail.csv").write_text(csv_of([("label", "text"), *rows]))


def _twenty_rows(folder: Path) -> None:
    rows = rows_of({"yes": 11, "no": 9}, 9, noise=0.0)
    (folder / "answers.csv").write_text(csv_of([("label", "text"), *rows]))


DATA_SETS: Mapping[str, DataSet] = {
    "languages": DataSet(
        "12 unbalanced labels in 5 languages, with empty rows (Parquet)",
        _twelve_labels,
        "tickets.parquet",
        "queue 1",
    ),
    "reviews": DataSet(
        "2 labels (JSON Lines)", _two_labels, "reviews.jsonl", "positive"
    ),
    "excel": DataSet(
        "CSV of Excel: semicolons, Windows-1252, CRLF",
        _excel,
        "artikel.csv",
        "Bücher",
        "de",
    ),
    "ag_news": DataSet(
        "layout of AG News: no header, 2 texts", _ag_news, "news.csv", "1"
    ),
    "splits": DataSet(
        "folder with train, validation and test", _given_splits, "issues", "bug"
    ),
    "days": DataSet(
        "a folder a day; a third day arrives",
        lambda folder: _days(folder, DAYS[:2]),
        "feed/{YYYY}-{MM}-{DD}/rows.csv",
        "sport",
        later=lambda folder: _days(folder, DAYS[2:]),
    ),
    "long": DataSet(
        "texts of 400 words, signal at the end", _long_texts, "letters.csv", "accepted"
    ),
    "classes_150": DataSet(
        "150 labels of 40 rows",
        lambda folder: _many(folder, 150, 40),
        "intents.csv",
        "intent_000",
    ),
    "classes_400": DataSet(
        "400 labels of 40 rows",
        lambda folder: _many(folder, 400, 40),
        "intents.csv",
        "intent_000",
    ),
    "ham": DataSet("98% of the rows have one label", _mostly_ham, "mail.csv", "spam"),
    "twenty": DataSet("20 rows in all", _twenty_rows, "answers.csv", "yes"),
}
