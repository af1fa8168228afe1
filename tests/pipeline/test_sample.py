"""The sample is what its generator writes, and hard enough to compare models."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from components.text_example_gen.splits import Division
from newsdesk.rows.readers import BadRow, Row, read_rows
from pipeline.sample import generate

SAMPLE = Path(generate.__file__).parent / "sample.csv"
DESKS = {"World", "Sports", "Business", "Sci/Tech"}


@pytest.fixture(scope="module")
def rows() -> list[generate.Row]:
    """The rows of the generator."""
    return generate.rows()


def test_the_generator_writes_the_committed_file() -> None:
    written = io.StringIO(newline="")
    generate.write(written)
    assert written.getvalue().encode() == SAMPLE.read_bytes()


def test_another_seed_gives_other_rows(rows: list[generate.Row]) -> None:
    assert len(set(generate.rows(seed=1)) & set(rows)) < len(rows) / 2


def test_two_thousand_rows_in_four_even_classes(rows: list[generate.Row]) -> None:
    shares = Counter(label for label, _, _ in rows)
    assert len(rows) == 2000
    assert set(shares) == DESKS
    assert max(shares.values()) < 0.27 * len(rows)


def test_no_duplicate_text_and_no_open_slot(rows: list[generate.Row]) -> None:
    texts = [f"{title} {description}" for _, title, description in rows]
    assert len(set(texts)) == len(texts)
    assert not any("{" in text or "  " in text for text in texts)
    assert all(text[0] == text[0].upper() for text in texts)


def test_the_reader_finds_every_row(rows: list[generate.Row]) -> None:
    read = list(read_rows(str(SAMPLE)))
    assert not any(isinstance(row, BadRow) for row in read)
    cells = [tuple(row.values.values()) for row in read if isinstance(row, Row)]
    assert cells == rows
    raw = SAMPLE.read_text()
    assert ',"' in raw and '""' in raw
    assert any("\n" in description for _, _, description in rows)
    with open(SAMPLE, newline="") as stream:
        assert next(csv.reader(stream)) == list(generate.HEADER)


def test_hard_enough_to_distinguish_models(rows: list[generate.Row]) -> None:
    split_of = Division.by({"train": 8, "eval": 1, "test": 1})
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "eval": [], "test": []}
    for label, title, description in rows:
        text = f"{title} {description}"
        parts[split_of.of(text)].append((text, label))
    texts, labels = zip(*parts["train"], strict=True)
    words = CountVectorizer()
    model = MultinomialNB().fit(words.fit_transform(texts), labels)
    texts, labels = zip(*parts["test"], strict=True)
    assert 0.85 <= model.score(words.transform(texts), labels) <= 0.97
